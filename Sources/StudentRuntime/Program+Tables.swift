import CStudentKernels

extension Program {
  /// Returns what a step gives for each int8 value.
  func table(_ operation: Operation) throws(Refusal) -> UnsafePointer<UInt8> {
    let (input, output) = (graph.tensors[operation.inputs[0]], graph.tensors[operation.output])
    let limits = output.limits(of: operation.activation)
    let values: [Int8]
    switch operation.activation {
    case student_hard_swish: values = try hardSwishTable(input, output, operation.place)
    case student_relu6:
      values = (-128...127).map { Int8(min(limits.upperBound, max(limits.lowerBound, $0))) }
    case student_relu, student_no_activation:
      let factor = try FixedFactor(input.scale / output.scale, operation.place)
      values = (-128...127).map {
        let value = Int(factor(Int32($0 - input.zeroPoint))) + output.zeroPoint
        return Int8(min(limits.upperBound, max(limits.lowerBound, value)))
      }
    default:
      throw Refusal(
        operation.place, found: "int8", expected: "fp32: this step has no exact int8 form here")
    }
    // Cells index the table as they are in memory.
    var bytes = [UInt8](repeating: 0, count: 256)
    for value in -128...127 {
      bytes[Int(UInt8(truncatingIfNeeded: value + Self.cellOffset))] =
        UInt8(truncatingIfNeeded: Int(values[value + 128]) + Self.cellOffset)
    }
    return kept(bytes).assumingMemoryBound(to: UInt8.self)
  }
}

extension Tensor {
  var scale: Double { Double(scales.first ?? 1) }

  /// The integers between which an activation keeps its output.
  func limits(of activation: student_activation) -> ClosedRange<Int> {
    let zero = max(-128, zeroPoint)
    switch activation {
    case student_relu: return zero...127
    case student_relu6:
      let six = Int(min(1024, (6 / Float(scale)).rounded()))
      return zero...max(zero, min(127, zeroPoint + six))
    default: return -128...127
    }
  }
}

/// Returns hard swish for all int8 values, from −128.
///
/// Source: tensorflow/lite/kernels/internal/reference/hard_swish.h, in 16 bits as there.
private func hardSwishTable(_ input: Tensor, _ output: Tensor, _ place: String) throws(Refusal)
  -> [Int8]
{
  let fine = Float(1) / 128 * Float(input.scale)
  let outer = try FixedFactor(Double(fine) / output.scale, place)
  let inner = try FixedFactor(Double(fine) / (3 / 32768), place)
  guard outer.left == 0 else {
    throw Refusal(
      place, found: "an output scale of \(output.scale)", expected: "at least 1/128 of the input's")
  }
  /// The upper half of a 32-bit multiplier, rounded and saturated.
  func half(_ factor: FixedFactor) -> Int32 {
    factor.multiplier >= .max - (1 << 15) ? 32767 : (factor.multiplier + 1 << 15) >> 16
  }
  func shifted(_ value: Int32, by count: Int32) -> Int32 {
    Int32(min(32767, max(-32768, Int64(value) << Int64(count))))
  }
  /// a · b / 2¹⁵, rounded to the nearest.
  func product(_ a: Int32, _ b: Int32) -> Int32 {
    let exact = a * b
    return (exact + (exact >= 0 ? 1 << 14 : 1 - (1 << 14))) / (1 << 15)
  }
  return (-128...127).map { value in
    let x = Int32(value - input.zeroPoint) << 7
    let scaled = product(x, half(outer))
    var gate = x
    if inner.left > 0 { gate = shifted(gate, by: inner.left - 1) }
    gate = product(gate, half(inner))
    if inner.left > 0 { gate = shifted(gate, by: 1) }
    if inner.right > 0 { gate = divided(gate, by: inner.right, as: Int16.self) }
    gate = (gate + 1 << 15) >> 1
    // This product is rounded towards zero.
    let result = divided(gate * scaled / (1 << 15), by: outer.right, as: Int16.self)
    return Int8(min(127, max(-128, result + Int32(output.zeroPoint))))
  }
}
