import Foundation

/// The JSON header of a safetensors file.
struct SafetensorsHeader {
  struct Entry: Equatable {
    let name: String
    let elementType: NumericArray.ElementType
    let shape: [Int]
    /// Where the elements lie, counted from the end of the header.
    let offsets: Range<Int>
  }

  static let metadataKey = "__metadata__"

  /// In the order of their offsets.
  let entries: [Entry]
  let metadata: [String: String]

  init(entries: [Entry], metadata: [String: String]) {
    self.entries = entries
    self.metadata = metadata
  }

  /// Checks that the entries fill the buffer one after the other and have the sizes of their
  /// shapes.
  func validate(bufferBytes: Int, path: String) throws {
    var end = 0
    for entry in entries {
      let location = "tensor '\(entry.name)'"
      let expected = NumericArray.byteCount(shape: entry.shape, elementType: entry.elementType)
      guard entry.offsets.count == expected else {
        throw FileFormatError.malformed(
          path: path, location: "\(location) data_offsets",
          found: "\(entry.offsets.count) bytes",
          expected: expected.map { "\($0) bytes for \(entry.elementType) of shape \(entry.shape)" }
            ?? "a shape whose size fits in memory, not \(entry.shape)")
      }
      guard entry.offsets.upperBound <= bufferBytes else {
        throw FileFormatError.malformed(
          path: path, location: "\(location) data_offsets",
          found: "\(entry.offsets.lowerBound) to \(entry.offsets.upperBound)",
          expected: "an end within the \(bufferBytes) bytes after the header")
      }
      guard entry.offsets.lowerBound == end else {
        throw FileFormatError.malformed(
          path: path, location: "\(location) data_offsets",
          found: "a start at \(entry.offsets.lowerBound)",
          expected: "\(end), where the tensor before it ends (no overlaps, no gaps)")
      }
      end = entry.offsets.upperBound
    }
    guard end == bufferBytes else {
      throw FileFormatError.malformed(
        path: path, location: "size", found: "\(bufferBytes) bytes after the header",
        expected: "\(end) bytes, where the last tensor ends")
    }
  }

  fileprivate static let typeNames: [(name: String, type: NumericArray.ElementType)] = [
    ("U8", .uint8), ("I8", .int8), ("U16", .uint16), ("I16", .int16), ("U32", .uint32),
    ("I32", .int32), ("U64", .uint64), ("I64", .int64), ("F32", .float32), ("F64", .float64),
  ]
}

extension SafetensorsHeader {
  /// The header as JSON: metadata first with sorted keys, then the entries in their order.
  ///
  /// Written by hand because the order of keys is part of the promise.
  var json: String {
    var fields: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }
        .map { "\(Self.quoted($0.key)):\(Self.quoted($0.value))" }
      fields.append("\"\(Self.metadataKey)\":{\(pairs.joined(separator: ","))}")
    }
    for entry in entries {
      let type = Self.typeNames.first { $0.type == entry.elementType }?.name ?? ""
      let shape = entry.shape.map(String.init).joined(separator: ",")
      fields.append(
        "\(Self.quoted(entry.name)):{\"dtype\":\"\(type)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(entry.offsets.lowerBound),\(entry.offsets.upperBound)]}")
    }
    return "{\(fields.joined(separator: ","))}"
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension SafetensorsHeader {
  /// Reads the JSON, strictly: no name twice, no member that is not known, metadata of texts alone.
  ///
  /// - Throws: `FileFormatError.malformed` naming the tensor and the field.
  init(parsing bytes: Data, path: String) throws {
    let location = "header at byte 8"
    do {
      try self.init(JSONField(json: bytes, file: path))
    } catch JSONError.malformed(_, _, _, let problem) {
      throw FileFormatError.malformed(
        path: path, location: location, found: "text that is not JSON: \(problem)",
        expected: "a JSON object of {\"dtype\", \"shape\", \"data_offsets\"} and text metadata")
    } catch JSONError.invalid(_, let field, let value, let expected) {
      throw FileFormatError.malformed(
        path: path, location: field.isEmpty ? location : field, found: value, expected: expected)
    }
  }

  private init(_ header: JSONField) throws(JSONError) {
    var metadata: [String: String] = [:]
    var entries: [Entry] = []
    for (name, field) in try header.object("tensors") {
      guard name == Self.metadataKey else {
        entries.append(
          try Entry(
            name: name,
            JSONField(file: field.file, path: "tensor '\(name)'", value: field.value)))
        continue
      }
      let field = JSONField(
        file: field.file, path: "header field '\(Self.metadataKey)'", value: field.value)
      for (key, text) in try field.object("text metadata") {
        guard case .text(let value) = text.value else { throw text.expected("a text") }
        metadata[key] = value
      }
    }
    entries.sort {
      ($0.offsets.lowerBound, $0.offsets.upperBound, $0.name)
        < ($1.offsets.lowerBound, $1.offsets.upperBound, $1.name)
    }
    self.init(entries: entries, metadata: metadata)
  }
}

extension SafetensorsHeader.Entry {
  fileprivate init(name: String, _ field: JSONField) throws(JSONError) {
    let members = try field.members(of: "a tensor", known: ["dtype", "shape", "data_offsets"])
    let type = try members.required("dtype")
    guard case .text(let typeName) = type.value,
      let elementType = SafetensorsHeader.typeNames.first(where: { $0.name == typeName })?.type
    else {
      throw type.expected(
        "one of " + SafetensorsHeader.typeNames.map(\.name).joined(separator: ", "))
    }
    var shape: [Int] = []
    for size in try members.required("shape").elements(of: "sizes") {
      guard case .integer(let value) = size.value else { throw size.expected("a size") }
      shape.append(value)
    }
    let offsets = try members.required("data_offsets")
    guard case .array(let bounds) = offsets.value, bounds.count == 2,
      case .integer(let start) = bounds[0], case .integer(let end) = bounds[1], 0 <= start,
      start <= end
    else { throw offsets.expected("[start, end]") }
    self.init(name: name, elementType: elementType, shape: shape, offsets: start..<end)
  }
}
