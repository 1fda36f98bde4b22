import DeployedModels
import Foundation

/// A function of each value alone.
struct PointwiseKernel: OperatorKernel {
  enum Function: Hashable, Sendable { case relu, relu6, hardSwish, logistic, gelu }

  let function: Function
  let input: Int
  let output: Int
  let count: Int

  init(_ step: DeployedOperator, _ function: Function, in model: DeployedModel) {
    self.function = function
    (input, output) = (step.inputs[0], step.output)
    count = model.tensors[step.output].elementCount
  }

  func forward(_ slice: ExecutionSlice, images: Int) {
    let (from, to) = (slice.values[input], slice.raw[output])
    for place in 0..<images * count {
      let x = from[place]
      to[place] =
        switch function {
        case .relu: max(0, x)
        case .relu6: min(6, max(0, x))
        case .hardSwish: x * min(6, max(0, x + 3)) / 6
        case .logistic: 1 / (1 + exp(-x))
        case .gelu: 0.5 * x * (1 + erf(x / Float(2).squareRoot()))
        }
    }
  }

  func backward(_ slice: ExecutionSlice, images: Int) {
    guard let target = slice.gradients[input] else { return }
    let (from, gradient) = (slice.values[input], slice.gradients[output]!)
    for place in 0..<images * count { target[place] += gradient[place] * slope(from[place]) }
  }

  private func slope(_ x: Float) -> Float {
    switch function {
    case .relu: x > 0 ? 1 : 0
    case .relu6: x > 0 && x < 6 ? 1 : 0
    case .hardSwish: x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6
    case .logistic:
      exp(-abs(x)) / ((1 + exp(-abs(x))) * (1 + exp(-abs(x))))
    case .gelu:
      0.5 * (1 + erf(x / Float(2).squareRoot())) + x * exp(-x * x / 2) / (2 * .pi).squareRoot()
    }
  }
}
