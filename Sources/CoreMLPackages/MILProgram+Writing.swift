import FileFormats
import Foundation

/// The versions that say what a reader must know: iOS 15, macOS 12.
enum CoreMLVersion {
  /// Of the file's format; the first with ML Programs.
  static let specification = 6
  /// The set of operations.
  static let operations = "CoreML5"
}

extension MILProgram {
  /// Returns the bytes of `model.mlmodel`.
  ///
  /// - Parameter metadata: Free text by key.
  func modelData(description: String, metadata: [String: String]) -> Data {
    var writer = ProtobufWriter()
    writer.write(CoreMLVersion.specification, field: 1)
    writer.writeMessage(field: 2) {
      $0.writeMessage(field: 1) { input.writeFeature(to: &$0) }
      $0.writeMessage(field: 10) { output.writeFeature(to: &$0) }
      $0.writeMessage(field: 100) { writer in
        writer.write(description, field: 1)
        writer.write("autodistill", field: 3)
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
          writer.writeEntry(field: 100, key: key) { $0.write(value, field: 2) }
        }
      }
    }
    writer.writeMessage(field: 502) { write(to: &$0) }
    return writer.data
  }

  private func write(to writer: inout ProtobufWriter) {
    writer.write(1, field: 1)
    writer.writeEntry(field: 2, key: "main") {
      $0.writeMessage(field: 2) { function in
        function.writeMessage(field: 1) { input.write(to: &$0) }
        function.write(CoreMLVersion.operations, field: 2)
        function.writeEntry(field: 3, key: CoreMLVersion.operations) {
          $0.writeMessage(field: 2) { block in
            block.write(output.name, field: 2)
            for operation in operations {
              block.writeMessage(field: 3) { operation.write(to: &$0) }
            }
          }
        }
      }
    }
  }
}

extension MILOperation {
  fileprivate func write(to writer: inout ProtobufWriter) {
    writer.write(kind, field: 1)
    for (parameter, name) in inputs.sorted(by: { $0.key < $1.key }) {
      writer.writeEntry(field: 2, key: parameter) {
        $0.writeMessage(field: 2) { argument in
          argument.writeMessage(field: 1) { $0.write(name, field: 1) }
        }
      }
    }
    writer.writeMessage(field: 3) { output.write(to: &$0) }
    let name = MILValue(name: "", type: .string, shape: [])
    writer.writeEntry(field: 5, key: "name") {
      $0.writeMessage(field: 2) { MILConstant.string(output.name).write(as: name, to: &$0) }
    }
    if let constant {
      writer.writeEntry(field: 5, key: "val") {
        $0.writeMessage(field: 2) { constant.write(as: output, to: &$0) }
      }
    }
  }
}

extension MILConstant {
  /// Writes a `Value`.
  fileprivate func write(as value: MILValue, to writer: inout ProtobufWriter) {
    writer.writeMessage(field: 2) { value.writeType(to: &$0) }
    if case .blob(let offset) = self {
      writer.writeMessage(field: 5) {
        $0.write(WeightFile.programPath, field: 1)
        $0.write(offset, field: 2)
      }
      return
    }
    writer.writeMessage(field: 3) { immediate in
      immediate.writeMessage(field: 1) { tensor in
        switch self {
        case .floats(let values):
          tensor.writeMessage(field: 1) { for value in values { $0.write(value, field: 1) } }
        case .integers(let values):
          tensor.writeMessage(field: 2) { for value in values { $0.write(value, field: 1) } }
        case .bool(let value): tensor.writeMessage(field: 3) { $0.write(value ? 1 : 0, field: 1) }
        case .string(let text): tensor.writeMessage(field: 4) { $0.write(text, field: 1) }
        case .blob: break
        }
      }
    }
  }
}

extension MILValue {
  /// Writes a `NamedValueType`.
  fileprivate func write(to writer: inout ProtobufWriter) {
    writer.write(name, field: 1)
    writer.writeMessage(field: 2) { writeType(to: &$0) }
  }

  /// Writes a `ValueType`.
  fileprivate func writeType(to writer: inout ProtobufWriter) {
    writer.writeMessage(field: 1) { tensor in
      tensor.write(type.number, field: 1)
      if !shape.isEmpty { tensor.write(shape.count, field: 2) }
      for size in shape {
        tensor.writeMessage(field: 3) { dimension in
          dimension.writeMessage(field: 1) { $0.write(size, field: 1) }
        }
      }
    }
  }

  /// The number that Core ML gives float32 in arrays.
  private static let arrayOfFloat32 = 65568

  /// Writes a `FeatureDescription` of an array of float32.
  fileprivate func writeFeature(to writer: inout ProtobufWriter) {
    writer.write(name, field: 1)
    writer.writeMessage(field: 3) {
      $0.writeMessage(field: 5) { array in
        for size in shape { array.write(size, field: 1) }
        array.write(Self.arrayOfFloat32, field: 2)
      }
    }
  }
}

extension ProtobufWriter {
  /// Writes an entry of a map whose keys are texts; `value` writes field 2.
  fileprivate mutating func writeEntry(
    field: Int, key: String, _ value: (inout ProtobufWriter) -> Void
  ) {
    writeMessage(field: field) {
      $0.write(key, field: 1)
      value(&$0)
    }
  }
}
