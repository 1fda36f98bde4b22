/// Decompresses DEFLATE streams, as PNG and zip files hold them.
///
/// Source: RFC 1951.
struct Inflater {
  /// Why a stream cannot be decompressed.
  enum Failure: Error, Hashable {
    /// The stream ends before its last block does.
    case cutShort
    /// More comes out than was allowed.
    case tooLong(limit: Int)
    /// What came out could not be written.
    case outputRefused
    /// Something that the format does not have.
    case invalid(String)
  }

  /// How many times the size of a stream comes out of it at most: a copy of 258 bytes takes two bits or more.
  static let greatestRatio = 1032

  private var input: BitReader
  private let output: GrowingBytes
  private let limit: Int

  /// Decompresses a stream.
  ///
  /// - Parameters:
  ///   - bytes: The stream, and whatever stands behind it.
  ///   - limit: The most bytes that may come out: a few bytes of input can ask for gigabytes.
  /// - Returns: What came out, and how many bytes of the input the stream takes.
  static func inflate(
    _ bytes: UnsafeRawBufferPointer, limit: Int
  ) throws(Failure) -> (output: [UInt8], consumed: Int) {
    var inflater = Inflater(bytes, limit: limit)
    try inflater.run()
    return (inflater.output.array, inflater.input.consumedBytes)
  }

  /// Decompresses a stream whose output need not fit into memory.
  ///
  /// - Parameters:
  ///   - bytes: The stream, and whatever stands behind it.
  ///   - limit: The most bytes that may come out.
  ///   - sink: Takes what comes out piece by piece; where it returns false, the failure is `.outputRefused`.
  /// - Returns: How many bytes came out.
  static func inflate(
    _ bytes: UnsafeRawBufferPointer, limit: Int, into sink: @escaping GrowingBytes.Sink
  ) throws(Failure) -> Int {
    var isRefused = false
    var inflater = Inflater(bytes, limit: limit) { piece in
      isRefused = !sink(piece)
      return !isRefused
    }
    do {
      try inflater.run()
    } catch {
      throw isRefused ? .outputRefused : error
    }
    guard inflater.output.handOn() else { throw .outputRefused }
    return inflater.output.count
  }

  private init(_ bytes: UnsafeRawBufferPointer, limit: Int, sink: GrowingBytes.Sink? = nil) {
    input = BitReader(bytes)
    self.limit = limit
    output = GrowingBytes(expecting: 4 * bytes.count, limit: limit, sink: sink)
  }

  private mutating func run() throws(Failure) {
    var isLast = false
    while !isLast {
      isLast = try input.bits(1) == 1
      switch try input.bits(2) {
      case 0: try copyStored()
      case 1: try expand(HuffmanCode.fixedLiterals, HuffmanCode.fixedDistances)
      case 2:
        let (literals, distances) = try readCodes()
        try expand(literals, distances)
      default: throw .invalid("a block of type 3")
      }
    }
  }

  private mutating func copyStored() throws(Failure) {
    input.skipToByte()
    let (count, complement) = (try input.bits(16), try input.bits(16))
    guard count == ~complement & 0xFFFF else {
      throw .invalid("a stored block whose length and its complement differ")
    }
    guard output.reserve(count) else { throw .tooLong(limit: limit) }
    for _ in 0..<count { output.append(UInt8(try input.bits(8))) }
  }

  /// Expands a block of literals and of copies of what came before.
  private mutating func expand(
    _ literals: HuffmanCode, _ distances: HuffmanCode
  ) throws(Failure) {
    while true {
      let symbol = try literals.next(&input)
      if symbol < 256 {
        guard output.reserve(1) else { throw .tooLong(limit: limit) }
        output.append(UInt8(symbol))
        continue
      }
      if symbol == 256 { return }
      guard symbol - 257 < Inflater.lengths.count else {
        throw .invalid("a length of code \(symbol)")
      }
      let length =
        Inflater.lengths[symbol - 257] + (try input.bits(Inflater.lengthBits[symbol - 257]))
      let code = try distances.next(&input)
      guard code < Inflater.distances.count else { throw .invalid("a distance of code \(code)") }
      let distance = Inflater.distances[code] + (try input.bits(Inflater.distanceBits[code]))
      guard distance <= output.count else {
        throw .invalid("a copy from \(distance) bytes back, where there are \(output.count)")
      }
      guard output.reserve(length) else { throw .tooLong(limit: limit) }
      output.repeatBytes(from: distance, count: length)
    }
  }

  /// Reads the code lengths with which a block begins.
  private mutating func readCodes() throws(Failure) -> (
    literals: HuffmanCode, distances: HuffmanCode
  ) {
    let literalCount = 257 + (try input.bits(5))
    let distanceCount = 1 + (try input.bits(5))
    let lengthCount = 4 + (try input.bits(4))
    var codeLengths = [UInt8](repeating: 0, count: 19)
    for place in Inflater.codeLengthOrder.prefix(lengthCount) {
      codeLengths[place] = UInt8(try input.bits(3))
    }
    let code = try HuffmanCode(lengths: codeLengths, of: "code lengths")
    var lengths: [UInt8] = []
    while lengths.count < literalCount + distanceCount {
      let symbol = try code.next(&input)
      let (value, count): (UInt8, Int)
      switch symbol {
      case 16:
        guard let last = lengths.last else { throw .invalid("a repetition of nothing") }
        (value, count) = (last, 3 + (try input.bits(2)))
      case 17: (value, count) = (0, 3 + (try input.bits(3)))
      case 18: (value, count) = (0, 11 + (try input.bits(7)))
      default: (value, count) = (UInt8(symbol), 1)
      }
      lengths.append(contentsOf: repeatElement(value, count: count))
    }
    guard lengths.count == literalCount + distanceCount else {
      throw .invalid("more code lengths than there are codes")
    }
    return (
      try HuffmanCode(lengths: Array(lengths.prefix(literalCount)), of: "literals"),
      try HuffmanCode(lengths: Array(lengths.dropFirst(literalCount)), of: "distances")
    )
  }

  private static let codeLengthOrder = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
  ]
  private static let lengths = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
    163, 195, 227, 258,
  ]
  private static let lengthBits = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
  ]
  private static let distances = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537,
    2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577,
  ]
  private static let distanceBits = [
    0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13,
    13,
  ]
}
