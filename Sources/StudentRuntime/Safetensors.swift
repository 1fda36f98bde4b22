/// The tensors of a safetensors file, fp32, and its metadata.
///
/// Source: the format section of github.com/huggingface/safetensors.
struct Safetensors {
  var tensors: [String: (shape: [Int], values: [Float])] = [:]
  var metadata: [String: String] = [:]

  init(_ bytes: [UInt8]) throws(Refusal) {
    let buffer = FlatBuffer(bytes: bytes)
    let length = try buffer.integer(UInt64.self, at: 0)
    guard length <= bytes.count - 8 else {
      throw Refusal("header's length", found: "\(length)", expected: "at most \(bytes.count - 8)")
    }
    var places: [(name: String, shape: [Int], range: Range<Int>)] = []
    var scanner = JSONScanner(bytes: bytes[8..<8 + length])
    var metadata: [String: String] = [:]
    try scanner.object { scanner, name throws(Refusal) in
      if name == "__metadata__" {
        try scanner.object { scanner, key throws(Refusal) in metadata[key] = try scanner.text() }
        return
      }
      var (type, shape, offsets) = ("", [Int](), [Int]())
      try scanner.object { scanner, key throws(Refusal) in
        switch key {
        case "dtype": type = try scanner.text()
        case "shape": shape = try scanner.integers()
        case "data_offsets": offsets = try scanner.integers()
        default: throw Refusal("tensor \(name)", found: key, expected: "dtype, shape, data_offsets")
        }
      }
      let count = try Tensor.count(shape, "tensor \(name)")
      guard type == "F32", offsets.count == 2, offsets[0] >= 0,
        offsets[1] - offsets[0] == 4 * count,
        offsets[1] <= bytes.count - 8 - length
      else {
        throw Refusal(
          "tensor \(name)", found: "\(type) at \(offsets)",
          expected: "F32, \(4 * count) bytes inside of the file")
      }
      places.append((name, shape, 8 + length + offsets[0]..<8 + length + offsets[1]))
    }
    self.metadata = metadata
    var end = 8 + length
    for place in places.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      guard place.range.lowerBound == end, tensors[place.name] == nil else {
        throw Refusal(
          "tensor \(place.name)", found: "a gap, an overlap or a twin",
          expected: "one after the other")
      }
      tensors[place.name] = (place.shape, buffer.floats(place.range))
      end = place.range.upperBound
    }
    guard end == bytes.count else {
      throw Refusal(
        "file", found: "\(bytes.count) bytes", expected: "\(end), where the last tensor ends")
    }
  }
}

/// The part of JSON that a safetensors header uses: objects, texts and lists of whole numbers.
struct JSONScanner {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(bytes: ArraySlice<UInt8>) { (self.bytes, position) = (bytes, bytes.startIndex) }

  private func refusal(_ expected: String) -> Refusal {
    Refusal("header at byte \(position)", found: "something else", expected: expected)
  }

  private mutating func next() -> UInt8? {
    while position < bytes.endIndex, [32, 9, 10, 13].contains(bytes[position]) { position += 1 }
    return position < bytes.endIndex ? bytes[position] : nil
  }

  private mutating func takes(_ character: Unicode.Scalar) -> Bool {
    guard next() == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// Reads members, each by `read`, which is given its name.
  mutating func object(
    _ read: (inout JSONScanner, String) throws(Refusal) -> Void
  ) throws(Refusal) {
    guard takes("{") else { throw refusal("an object") }
    if takes("}") { return }
    repeat {
      let name = try text()
      guard takes(":") else { throw refusal("a colon") }
      try read(&self, name)
    } while takes(",")
    guard takes("}") else { throw refusal("the end of an object") }
  }

  mutating func integers() throws(Refusal) -> [Int] {
    guard takes("[") else { throw refusal("a list") }
    var values: [Int] = []
    if takes("]") { return values }
    repeat {
      _ = next()
      let digits = bytes[position...].prefix { (48...57).contains($0) }
      guard let value = Int(String(decoding: digits, as: UTF8.self)) else {
        throw refusal("a whole number")
      }
      values.append(value)
      position = digits.endIndex
    } while takes(",")
    guard takes("]") else { throw refusal("the end of a list") }
    return values
  }

  mutating func text() throws(Refusal) -> String {
    guard takes("\"") else { throw refusal("a text") }
    var text: [UInt8] = []
    while position < bytes.endIndex, bytes[position] != UInt8(ascii: "\"") {
      if bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.endIndex {
        position += 1
        let plain: [UInt8: UInt8] = [34: 34, 92: 92, 47: 47, 110: 10, 116: 9, 114: 13]
        if let byte = plain[bytes[position]] {
          text.append(byte)
        } else if bytes[position] == UInt8(ascii: "u"), position + 4 < bytes.endIndex,
          let code = UInt32(
            String(decoding: bytes[position + 1...position + 4], as: UTF8.self), radix: 16),
          let scalar = Unicode.Scalar(code)
        {
          text += Array(String(Character(scalar)).utf8)
          position += 4
        } else {
          throw refusal("an escape")
        }
      } else {
        text.append(bytes[position])
      }
      position += 1
    }
    guard position < bytes.endIndex else { throw refusal("the end of a text") }
    position += 1
    return String(decoding: text, as: UTF8.self)
  }
}
