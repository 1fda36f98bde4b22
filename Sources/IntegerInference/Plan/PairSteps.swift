import CIntegerVectors

/// Two operands of which the second may repeat along the first.
struct PairOperands {
  let first: UnsafePointer<UInt8>
  let second: UnsafePointer<UInt8>
  let output: UnsafeMutablePointer<UInt8>
  /// Of one image.
  let count: Int
  /// Values of the second operand for one image; `count` is a multiple.
  let period: Int
  let secondIsConstant: Bool

  /// Runs `body` over sixteen values at a time: places in the first and the second operand, and how many to store.
  @inline(__always)
  func forEach(images: Int, _ body: (Int, Int, Int) -> Void) {
    for image in 0..<images {
      let second = secondIsConstant ? 0 : image * period
      for turn in 0..<count / period {
        let first = image * count + turn * period
        var place = 0
        while place < period {
          body(first + place, second + place, min(laneCount, period - place))
          place += laneCount
        }
      }
    }
  }
}

/// A sum in fp32, and by the rule where a value is close to a half.
struct SumStep: IntegerStep {
  private let operands: PairOperands
  /// The rule's terms of each byte of the first and of the second operand, and how their sum ends.
  private let terms: (UnsafePointer<Int32>, UnsafePointer<Int32>)
  private let finish: Finish
  private let factors: (Floats, Floats)
  private let constant: Floats
  private let doubtLimit: Float

  init(_ operands: PairOperands, _ rule: SumRule, memory: PlanMemory) {
    self.operands = operands
    terms = (
      UnsafePointer(memory.take(copying: integersOfBytes.map(rule.firstTerm))),
      UnsafePointer(memory.take(copying: integersOfBytes.map(rule.secondTerm)))
    )
    finish = Finish(
      [FixedPointMultiplier](repeating: rule.outputMultiplier, count: laneCount),
      largestSums: [Int(Int32.max)], zeroPoint: rule.outputZeroPoint, range: rule.range,
      memory: memory)
    let (first, second) = (
      Double(rule.scales.0) / Double(rule.scales.2), Double(rule.scales.1) / Double(rule.scales.2)
    )
    factors = (Floats(repeating: Float(first)), Floats(repeating: Float(second)))
    constant = Floats(
      repeating: Float(
        -(Double(rule.zeroPoints.0 + 128) * first + Double(rule.zeroPoints.1 + 128) * second)))
    // Products and sums are rounded to 24 bits, the rule's terms to 2⁻²⁰ of twice the larger scale.
    let error = 255 * (first + second) * 6 * 0x1p-24 + 8 * 0x1p-20 * max(first, second) + 0x1p-20
    doubtLimit = error < 0.5 ? Float(0.5 - error) : -1
  }

  func run(images: Int) {
    operands.forEach(images: images) { first, second, count in
      let (a, b) = (operands.first.bytes(first), operands.second.bytes(second))
      let values =
        lanes_to_float(lanes_widened(a)) * factors.0
        + (lanes_to_float(lanes_widened(b)) * factors.1 + constant)
      let bytes: Bytes
      if lanes_exceed(lanes_doubt(values, .zero), doubtLimit) == 0 {
        bytes = finish.bytes(lanes_nearest(values))
      } else {
        bytes = exact(a, b)
      }
      operands.output.store(bytes, first, count: count)
    }
  }

  private func exact(_ a: Bytes, _ b: Bytes) -> Bytes {
    var sums = Words.zero
    for lane in 0..<laneCount {
      sums[lane] = terms.0[Int(a[lane])] &+ terms.1[Int(b[lane])]
    }
    return finish.exact(sums, 0)
  }
}

/// A product of two tensors.
struct FactorStep: IntegerStep {
  private let operands: PairOperands
  private let zeros: (Words, Words)
  private let finish: Finish

  init(_ operands: PairOperands, _ rule: FactorRule, memory: PlanMemory) {
    self.operands = operands
    zeros = (
      Words(repeating: rule.zeroPoints.0 + 128), Words(repeating: rule.zeroPoints.1 + 128)
    )
    finish = Finish(
      [FixedPointMultiplier](repeating: rule.multiplier, count: laneCount),
      largestSums: [255 * 255], zeroPoint: rule.outputZeroPoint, range: rule.range,
      memory: memory)
  }

  func run(images: Int) {
    operands.forEach(images: images) { first, second, count in
      let a = lanes_widened(operands.first.bytes(first)) &- zeros.0
      let b = lanes_widened(operands.second.bytes(second)) &- zeros.1
      operands.output.store(finish(a &* b, 0), first, count: count)
    }
  }
}
