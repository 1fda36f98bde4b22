import DeployedModels
import Foundation

/// Values that go elsewhere unchanged: reshape, pad and transpose.
struct MoveKernel: OperatorKernel {
  let input: Int
  let output: Int
  let inputCount: Int
  /// For each place of one image's output the place of its input; below 0 for a zero.
  let sources: [Int32]

  /// Tells where values go by moving their numbers.
  init(_ step: DeployedOperator, in model: DeployedModel) {
    (input, output) = (step.inputs[0], step.output)
    inputCount = model.tensors[input].elementCount
    guard step.kind != .reshape else {
      sources = (0..<inputCount).map(Int32.init)
      return
    }
    var alone = model.tensors[step.inputs[0]]
    (alone.type, alone.quantization) = (.float32, nil)
    var result = model.tensors[step.output]
    (result.type, result.quantization) = (.float32, nil)
    var interpreter = FloatInterpreter(
      DeployedModel(
        tensors: [alone, model.tensors[step.inputs[1]], result],
        operators: [DeployedOperator(step.kind, inputs: [0, 1], output: 2)], input: 0, output: 2))
    // Floats hold whole numbers up to 2²⁴ exactly; a zero is padding, so counting starts at 1.
    precondition(inputCount < 1 << 24, "\(alone.name) is too large")
    interpreter.run((0..<inputCount).map { Float($0 + 1) })
    sources = interpreter.output.map { Int32($0) - 1 }
  }

  func forward(_ slice: ExecutionSlice, images: Int) {
    let (from, to) = (slice.values[input], slice.raw[output])
    for image in 0..<images {
      let (source, target) = (from + image * inputCount, to + image * sources.count)
      for (place, origin) in sources.enumerated() {
        target[place] = origin < 0 ? 0 : source[Int(origin)]
      }
    }
  }

  func backward(_ slice: ExecutionSlice, images: Int) {
    guard let target = slice.gradients[input] else { return }
    let gradient = slice.gradients[output]!
    for image in 0..<images {
      let (to, from) = (target + image * inputCount, gradient + image * sources.count)
      for (place, origin) in sources.enumerated() where origin >= 0 {
        to[Int(origin)] += from[place]
      }
    }
  }
}

/// exp(xᵢ) / Σ exp(xⱼ) over the last dimension.
struct SoftmaxKernel: OperatorKernel {
  let input: Int
  let output: Int
  let rows: Int
  let channels: Int

  init(_ step: DeployedOperator, in model: DeployedModel) {
    (input, output) = (step.inputs[0], step.output)
    channels = model.tensors[step.output].channels
    rows = model.tensors[step.output].elementCount / channels
  }

  func forward(_ slice: ExecutionSlice, images: Int) {
    for row in 0..<images * rows {
      let from = slice.values[input] + row * channels
      let to = slice.raw[output] + row * channels
      var (largest, sum): (Float, Float) = (-.infinity, 0)
      for place in 0..<channels { largest = max(largest, from[place]) }
      for place in 0..<channels {
        to[place] = exp(from[place] - largest)
        sum += to[place]
      }
      for place in 0..<channels { to[place] /= sum }
    }
  }

  func backward(_ slice: ExecutionSlice, images: Int) {
    guard let target = slice.gradients[input] else { return }
    for row in 0..<images * rows {
      let (own, shares) = (
        slice.gradients[output]! + row * channels, slice.raw[output] + row * channels
      )
      var mean: Float = 0
      for place in 0..<channels { mean += own[place] * shares[place] }
      for place in 0..<channels {
        target[row * channels + place] += shares[place] * (own[place] - mean)
      }
    }
  }
}
