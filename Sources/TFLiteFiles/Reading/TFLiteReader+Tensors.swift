import DeployedModels
import FileFormats

extension TFLiteReader {
  /// Reads a tensor, with its values if it has any.
  mutating func tensor(_ table: FlatTable) throws(FileFormatError) -> DeployedTensor {
    let name = try table.text(3, "name")
    let place = "\(table.name) \(Printable.quoted(name))"
    let type = try elementType(table, place: place)
    let buffer = Int(try table.integer(2, "buffer", default: UInt32(0)))
    guard buffers.indices.contains(buffer) || (buffer == 0 && buffers.isEmpty) else {
      throw file.malformed(
        "\(place), buffer", "\(buffer)", "one of the \(buffers.count) buffers")
    }
    guard !(try table.flag(5, "is_variable")) else {
      throw file.malformed(place, "a variable, which keeps its value", "an activation or constant")
    }
    if try table.table(6, "sparsity") != nil {
      throw file.malformed(place, "sparse values", "dense ones")
    }
    let shape = try table.integers(0, "shape", as: Int32.self).map(Int.init)
    guard let count = checkedCount(shape) else {
      throw file.malformed(
        "\(place), shape", "\(shape)", "positive sides, and fewer than 2³¹ values")
    }
    let quantization = try quantization(table, of: type, place: place)
    guard let range = buffers.isEmpty ? nil : buffers[buffer] else {
      return DeployedTensor(name: name, shape: shape, type: type, quantization: quantization)
    }
    guard range.count == count * type.bytes else {
      throw file.malformed(
        place, "\(range.count) bytes for shape \(shape) of \(type.rawValue)",
        "\(count * type.bytes)")
    }
    return DeployedTensor(
      name: name, shape: shape,
      values: try values(of: buffer, range, as: type, place: place), quantization: quantization)
  }

  private func checkedCount(_ shape: [Int]) -> Int? {
    var count = 1
    for side in shape {
      guard side > 0 else { return nil }
      count *= side
      guard count <= Int(Int32.max) else { return nil }
    }
    return count
  }

  private func elementType(
    _ table: FlatTable, place: String
  ) throws(FileFormatError) -> DeployedTensor.ElementType {
    let code = try table.integer(1, "type", default: UInt8(0))
    if let type = DeployedTensor.ElementType.allCases.first(where: { $0.code == code }) {
      return type
    }
    let names = [
      "float32", "float16", "int32", "uint8", "int64", "string", "bool", "int16", "complex64",
      "int8", "float64", "complex128", "uint64", "resource", "variant", "uint32", "uint16", "int4",
    ]
    throw file.malformed(
      "\(place), type", code < names.count ? names[Int(code)] : "type \(code)",
      "float32, int8 or int32")
  }

  private mutating func values(
    of buffer: Int, _ range: Range<Int>, as type: DeployedTensor.ElementType, place: String
  ) throws(FileFormatError) -> TensorValues {
    let key = BufferContents(buffer: buffer, type: type)
    if let known = decoded[key] { return known }
    try file.charge(range.count, for: place)
    let places = stride(from: range.lowerBound, to: range.upperBound, by: 4)
    let values: TensorValues =
      switch type {
      case .int8: .int8(file.bytes[range].map { Int8(bitPattern: $0) })
      case .int32: .int32(places.map { file.value(at: $0, as: Int32.self) })
      case .float32:
        .float32(places.map { Float(bitPattern: file.value(at: $0, as: UInt32.self)) })
      }
    decoded[key] = values
    return values
  }

  /// Reads scales and zero points; ranges that calibration saw say nothing about the model.
  private mutating func quantization(
    _ tensor: FlatTable, of type: DeployedTensor.ElementType, place: String
  ) throws(FileFormatError) -> TensorQuantization? {
    guard let table = try tensor.table(4, "quantization") else { return nil }
    let scales = try table.floats(2, "scale")
    guard !scales.isEmpty else { return nil }
    guard try table.integer(4, "details_type", default: UInt8(0)) == 0 else {
      throw file.malformed("\(place), quantization", "a custom form", "scales and zero points")
    }
    let zeroPoints = try table.integers(3, "zero_point", as: Int64.self)
    guard !zeroPoints.isEmpty, zeroPoints.count == scales.count || zeroPoints.count == 1 else {
      throw file.malformed(
        "\(place), quantization", "\(scales.count) scales and \(zeroPoints.count) zero points",
        "as many, or one zero point for all")
    }
    if zeroPoints.count != scales.count { isCompact = true }
    var integers: [Int32] = []
    for zeroPoint in zeroPoints {
      guard let integer = Int32(exactly: zeroPoint) else {
        throw file.malformed("\(place), zero point", "\(zeroPoint)", "an int32")
      }
      integers.append(integer)
    }
    if integers.count != scales.count {
      integers = [Int32](repeating: integers[0], count: scales.count)
    }
    var quantization = TensorQuantization(
      scales: scales, axis: Int(try table.integer(6, "quantized_dimension", default: Int32(0))))
    quantization.zeroPoints = integers
    // A scale for the whole tensor has no dimension, whatever the file says.
    if scales.count == 1 { quantization.axis = 0 }
    return quantization
  }

  /// Gives biases that a compact file has no scales for those of the products that they are added to.
  func restoreBiasScales(in model: inout DeployedModel) {
    guard isCompact else { return }
    for step in model.operators where step.inputs.count == 3 {
      let (input, weights, bias) = (step.inputs[0], step.inputs[1], step.inputs[2])
      guard [input, weights, bias].allSatisfy(model.tensors.indices.contains),
        model.tensors[bias].type == .int32, model.tensors[bias].quantization == nil,
        let read = model.tensors[input].quantization,
        let multiplied = model.tensors[weights].quantization, multiplied.scales.count > 1
      else { continue }
      model.tensors[bias].quantization = TensorQuantization(
        scales: multiplied.scales.map { read.scale * $0 }, axis: 0)
    }
  }
}
