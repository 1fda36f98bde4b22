import CIntegerVectors
import DeployedModels

/// A function of one integer.
struct LookupStep: IntegerStep {
  let table: UnsafePointer<UInt8>
  let input: UnsafePointer<UInt8>
  let output: UnsafeMutablePointer<UInt8>
  /// Of one image.
  let count: Int

  func run(images: Int) {
    lanes_lookup(input, output, table, images * count)
  }
}

extension UnaryRule {
  /// Its result for each byte, which is 128 above the integer.
  var table: [UInt8] { integersOfBytes.map { UInt8(bitPattern: output($0)) ^ 128 } }
}

/// Values at other places: transposition, padding.
struct GatherStep: IntegerStep {
  /// For each place of the output one of the input; below 0 stands `filling`.
  let sources: UnsafePointer<Int32>
  let count: Int
  let inputCount: Int
  let filling: UInt8
  let input: UnsafePointer<UInt8>
  let output: UnsafeMutablePointer<UInt8>

  func run(images: Int) {
    for image in 0..<images {
      let source = input + image * inputCount
      let target = output + image * count
      for place in 0..<count {
        let from = Int(sources[place])
        target[place] = from < 0 ? filling : source[from]
      }
    }
  }
}

extension IntegerRule {
  /// Returns where a padding or a transposition takes each value from, below 0 for what stands around the image, and
  /// the byte that stands there.
  func gatheredPlaces(from: [Int], to: [Int]) -> ([Int32], UInt8) {
    var steps = [Int](repeating: 1, count: from.count)
    for axis in from.indices.dropLast().reversed() {
      steps[axis] = steps[axis + 1] * from[axis + 1]
    }
    let order: [Int]
    let before: [Int]
    var filling: UInt8 = 128
    switch self {
    case .transpose(let axes): (order, before) = (axes, [Int](repeating: 0, count: from.count))
    case .pad(let sides, let value):
      (order, before, filling) = (Array(from.indices), sides, UInt8(bitPattern: value) ^ 128)
    default: preconditionFailure("no operator that moves values")
    }
    let sources = (0..<to.reduce(1, *)).map { place -> Int32 in
      var (rest, source) = (place, 0)
      for axis in to.indices.reversed() {
        let position = rest % to[axis] - before[axis]
        rest /= to[axis]
        guard (0..<from[order[axis]]).contains(position) else { return -1 }
        source += position * steps[order[axis]]
      }
      return Int32(source)
    }
    return (sources, filling)
  }
}

/// Softmax, its exponentials from a table.
struct SoftmaxStep: IntegerStep {
  private let channels: Int
  private let count: Int
  private let input: UnsafePointer<UInt8>
  private let output: UnsafeMutablePointer<UInt8>
  /// exp of 0, −1, …, −255 in Q0; −1 where it does not count.
  private let powers: UnsafePointer<Int32>

  init(
    _ rule: SoftmaxRule, count: Int, input: UnsafePointer<UInt8>,
    output: UnsafeMutablePointer<UInt8>, memory: PlanMemory
  ) {
    channels = rule.channels
    self.count = count
    (self.input, self.output) = (input, output)
    powers = UnsafePointer(memory.take(copying: (0...255).map { rule.exponential(-$0) ?? -1 }))
  }

  func run(images: Int) {
    for row in stride(from: 0, to: images * count, by: channels) {
      var largest: UInt8 = 0
      for place in row..<row + channels { largest = max(largest, input[place]) }
      var sum: Int32 = 0
      for place in row..<row + channels {
        let power = powers[Int(largest &- input[place])]
        if power >= 0 { sum &+= roundingShift(power, 12) }
      }
      let scale = SoftmaxRule.Scale(sum)
      for place in row..<row + channels {
        let power = powers[Int(largest &- input[place])]
        output[place] = power >= 0 ? UInt8(bitPattern: scale.share(power)) ^ 128 : 0
      }
    }
  }
}

/// Floats as integers.
struct QuantizeStep: IntegerStep {
  let quantization: TensorQuantization
  let input: UnsafePointer<Float>
  let output: UnsafeMutablePointer<UInt8>
  /// Of one image.
  let count: Int

  func run(images: Int) {
    let count = images * count
    let (scale, zero) = (quantization.scale, Words(repeating: quantization.zeroPoint + 128))
    let (low, high) = (Words.zero, Words(repeating: 255))
    var place = 0
    while place < count {
      let values = UnsafeRawPointer(input + place).loadUnaligned(as: Floats.self)
      let steps = lanes_steps(values, scale)
      output.store(
        lanes_cut(steps, zero, low, high), place,
        count: min(laneCount, count - place))
      place += laneCount
    }
  }
}
