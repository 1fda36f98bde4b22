import Foundation

extension ONNXModel {
  /// Writes the model atomically; equal models give equal bytes.
  ///
  /// - Precondition: Every tensor has its values, and no attribute is `other`.
  /// - Throws: `FileFormatError.system` if the file cannot be written.
  public func write(to path: String) throws { try AtomicFile.write(data, to: path) }

  /// The bytes of the file.
  public var data: Data {
    var writer = ProtobufWriter()
    writer.write(formatVersion, field: 1)
    writer.write(producer, field: 2)
    writer.writeMessage(field: 7) { graph.write(to: &$0) }
    writer.writeMessage(field: 8) { $0.write(operatorSet, field: 2) }
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      writer.writeMessage(field: 14) {
        $0.write(key, field: 1)
        $0.write(value, field: 2)
      }
    }
    for function in functions { writer.writeMessage(field: 25) { function.write(to: &$0) } }
    return writer.data
  }
}

extension ONNXFunction {
  fileprivate func write(to writer: inout ProtobufWriter) {
    writer.write(name, field: 1)
    for input in inputs { writer.write(input, field: 4) }
    for output in outputs { writer.write(output, field: 5) }
    for node in nodes { writer.writeMessage(field: 7) { node.write(to: &$0) } }
    writer.write(domain, field: 10)
    for (name, value) in defaults.sorted(by: { $0.key < $1.key }) {
      writer.writeMessage(field: 11) {
        $0.write(name, field: 1)
        value.write(to: &$0)
      }
    }
  }
}

extension ONNXGraph {
  fileprivate func write(to writer: inout ProtobufWriter) {
    for node in nodes { writer.writeMessage(field: 1) { node.write(to: &$0) } }
    writer.write(name, field: 2)
    for tensor in initializers { writer.writeMessage(field: 5) { tensor.write(to: &$0) } }
    for (list, field) in [(inputs, 11), (outputs, 12), (values, 13)] {
      for value in list { writer.writeMessage(field: field) { value.write(to: &$0) } }
    }
  }
}

extension ONNXNode {
  fileprivate func write(to writer: inout ProtobufWriter) {
    for input in inputs { writer.write(input, field: 1) }
    for output in outputs { writer.write(output, field: 2) }
    if !name.isEmpty { writer.write(name, field: 3) }
    writer.write(operation, field: 4)
    for (name, value) in attributes.sorted(by: { $0.key < $1.key }) {
      writer.writeMessage(field: 5) {
        $0.write(name, field: 1)
        value.write(to: &$0)
      }
    }
    if !domain.isEmpty { writer.write(domain, field: 7) }
  }
}

extension ONNXAttribute {
  fileprivate func write(to writer: inout ProtobufWriter) {
    switch self {
    case .float(let value):
      writer.write(value, field: 2)
      writer.write(1, field: 20)
    case .integer(let value):
      writer.write(value, field: 3)
      writer.write(2, field: 20)
    case .text(let value):
      writer.write(value, field: 4)
      writer.write(3, field: 20)
    case .tensor(let value):
      writer.writeMessage(field: 5) { value.write(to: &$0) }
      writer.write(4, field: 20)
    case .floats(let values):
      for value in values { writer.write(value, field: 7) }
      writer.write(6, field: 20)
    case .integers(let values):
      for value in values { writer.write(value, field: 8) }
      writer.write(7, field: 20)
    case .reference(let name): writer.write(name, field: 21)
    case .other:
      preconditionFailure("an attribute that was not understood cannot be written")
    }
  }
}

extension ONNXTensor {
  fileprivate func write(to writer: inout ProtobufWriter) {
    for size in shape { writer.write(size, field: 1) }
    if let external {
      writer.write(dataType, field: 2)
      writer.write(name, field: 8)
      var entries = [("location", external.location), ("offset", "\(external.offset)")]
      if let length = external.length { entries.append(("length", "\(length)")) }
      for (key, value) in entries {
        writer.writeMessage(field: 13) {
          $0.write(key, field: 1)
          $0.write(value, field: 2)
        }
      }
      writer.write(1, field: 14)
      return
    }
    guard let values else { preconditionFailure("the values of '\(name)' are not at hand") }
    // 16-bit floats were widened when they were read.
    let isOwnType = ONNXTensor.elementTypes[dataType] == values.elementType
    writer.write(isOwnType ? dataType : ONNXTensor.dataType(of: values.elementType), field: 2)
    writer.write(name, field: 8)
    writer.write(values.bytes, field: 9)
  }
}

extension ONNXValueInfo {
  fileprivate func write(to writer: inout ProtobufWriter) {
    writer.write(name, field: 1)
    writer.writeMessage(field: 2) { type in
      type.writeMessage(field: 1) { tensor in
        tensor.write(dataType, field: 1)
        guard let shape else { return }
        tensor.writeMessage(field: 2) { dimensions in
          for dimension in shape {
            dimensions.writeMessage(field: 1) {
              switch dimension {
              case .size(let size): $0.write(size, field: 1)
              case .symbol(let name): $0.write(name, field: 2)
              }
            }
          }
        }
      }
    }
  }
}
