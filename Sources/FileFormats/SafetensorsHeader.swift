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
  /// Reads the JSON.
  ///
  /// - Throws: `FileFormatError.malformed` naming the tensor and the field.
  init(parsing bytes: Data, path: String) throws {
    func malformed(_ location: String, _ found: String, _ expected: String) -> FileFormatError {
      .malformed(path: path, location: location, found: found, expected: expected)
    }
    let fields: [String: FieldValue]
    do {
      fields = try JSONDecoder().decode([String: FieldValue].self, from: bytes)
    } catch DecodingError.dataCorrupted {
      throw malformed("header at byte 8", "text that is not JSON", "a JSON object")
    } catch {
      throw malformed(
        "header at byte 8", "\(error)",
        "a JSON object of {\"dtype\", \"shape\", \"data_offsets\"} and text metadata")
    }
    var metadata: [String: String] = [:]
    var entries: [Entry] = []
    for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
      switch value {
      case .metadata(let text) where name == Self.metadataKey:
        metadata = text
      case .tensor(let tensor) where name != Self.metadataKey:
        guard let type = Self.typeNames.first(where: { $0.name == tensor.dtype })?.type else {
          throw malformed(
            "tensor '\(name)' dtype", tensor.dtype,
            "one of " + Self.typeNames.map(\.name).joined(separator: ", "))
        }
        let offsets = tensor.dataOffsets
        guard offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1] else {
          throw malformed("tensor '\(name)' data_offsets", "\(offsets)", "[start, end]")
        }
        entries.append(
          Entry(
            name: name, elementType: type, shape: tensor.shape, offsets: offsets[0]..<offsets[1]))
      default:
        throw malformed(
          "header field '\(name)'", "neither a tensor nor text metadata",
          "dtype, shape and data_offsets")
      }
    }
    entries.sort {
      ($0.offsets.lowerBound, $0.offsets.upperBound, $0.name)
        < ($1.offsets.lowerBound, $1.offsets.upperBound, $1.name)
    }
    self.init(entries: entries, metadata: metadata)
  }

  /// A member of the header: a tensor's place, or the metadata.
  private enum FieldValue: Decodable {
    case tensor(Tensor)
    case metadata([String: String])
    case other

    struct Tensor: Decodable {
      let dtype: String
      let shape: [Int]
      let dataOffsets: [Int]

      enum CodingKeys: String, CodingKey {
        case dtype, shape
        case dataOffsets = "data_offsets"
      }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let tensor = try? container.decode(Tensor.self) {
        self = .tensor(tensor)
      } else if let text = try? container.decode([String: String].self) {
        self = .metadata(text)
      } else {
        self = .other
      }
    }
  }
}
