import DeployedModels
import TensorKernels

/// A model forward and backward on one slice of a batch, its activations rounded on the way.
struct AwarePass: Sendable {
  let model: DeployedModel
  let kernels: [any OperatorKernel]
  /// Whether the values before rounding are kept: where rounding has a gradient.
  let keepsRaw: [Bool]

  init(_ model: DeployedModel) {
    self.model = model
    kernels = model.kernels
    var keepsRaw = [Bool](repeating: false, count: model.tensors.count)
    for step in model.operators {
      if case .sharesInput = step.kind.outputRule { continue }
      keepsRaw[step.output] = true
    }
    self.keepsRaw = keepsRaw
  }

  func slice(images: Int, constants: ModelConstants) -> ExecutionSlice {
    ExecutionSlice(
      model, capacity: images,
      scratchFloats: kernels.map { $0.scratchFloats(capacity: images) }.max() ?? 0,
      constants: constants, keepsRaw: keepsRaw, isTrained: true)
  }

  /// Computes all tensors.
  ///
  /// - Parameter quantizers: For each tensor; nil for all: nothing is rounded, which gradient checks need.
  func forward(_ slice: ExecutionSlice, images: Int, quantizers: [FakeQuantizer?]?) {
    if let quantizer = quantizers?[model.input] {
      let image = slice.values[model.input]
      quantizer.rounding.apply(image, into: image, count: images * model.elementCount(model.input))
    }
    for (index, step) in model.operators.enumerated() {
      kernels[index].forward(slice, images: images)
      let (raw, values) = (slice.raw[step.output], slice.values[step.output])
      let count = images * model.elementCount(step.output)
      step.activation.apply(raw, count: count)
      if let quantizer = quantizers?[step.output] {
        if !step.kind.keepsIntegers {
          quantizer.rounding(of: step.kind).apply(raw, into: values, count: count)
        }
      } else if raw != values {
        values.update(from: raw, count: count)
      }
    }
  }

  /// Computes all gradients from that of the output; those of weights are added to.
  ///
  /// - Parameters:
  ///   - quantizers: As in `forward`.
  ///   - bounds: For each tensor the gradient of its range's bounds, which is added to.
  func backward(
    _ slice: ExecutionSlice, images: Int, quantizers: [FakeQuantizer?]?,
    bounds: inout [(low: Double, high: Double)]
  ) {
    for (index, step) in model.operators.enumerated().reversed() {
      guard let gradient = slice.gradients[step.output] else { continue }
      let count = images * model.elementCount(step.output)
      let raw = slice.raw[step.output]
      if keepsRaw[step.output], let quantizer = quantizers?[step.output] {
        let part = quantizer.backward(raw, gradient, count: count)
        bounds[step.output].low += part.low
        bounds[step.output].high += part.high
      }
      step.activation.applySlope(raw, to: gradient, count: count)
      kernels[index].backward(slice, images: images)
    }
  }
}

extension FakeQuantizer {
  func rounding(of kind: DeployedOperator.Kind) -> Rounding {
    if case .averagePool = kind { return rounding.forMeans }
    return rounding
  }
}
