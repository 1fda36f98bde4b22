import DeployedModels
import TensorKernels

/// Runs a model on batches of images with vector kernels, in floats.
///
/// An int8 model is simulated: constants are what their integers stand for, and the output of each operator is
/// rounded to its tensor's integers. It differs from the integers of the reference kernels by their fixed-point
/// roundings: up to one unit an operator.
///
/// One thread uses it at a time.
public final class ModelExecutor {
  public let model: DeployedModel
  /// The most images in one run.
  public let capacity: Int

  let slice: ExecutionSlice
  private let kernels: [any OperatorKernel]
  private let roundings: [Rounding?]

  /// Prepares a model whose constants have values.
  public convenience init(_ model: DeployedModel, capacity: Int) {
    self.init(model, capacity: capacity, constants: ModelConstants(model))
  }

  /// Prepares a model with constants that other executors read as well.
  init(_ model: DeployedModel, capacity: Int, constants: ModelConstants) {
    (self.model, self.capacity) = (model, capacity)
    kernels = model.kernels
    slice = ExecutionSlice(
      model, capacity: capacity,
      scratchFloats: kernels.map { $0.scratchFloats(capacity: capacity) }.max() ?? 0,
      constants: constants, keepsRaw: model.tensors.map { _ in false }, isTrained: false)
    roundings = model.operators.map { step in
      guard !step.kind.keepsIntegers else { return nil }
      return model.tensors[step.output].quantization.map { Rounding($0, of: step.kind) }
    }
  }

  /// Where the images go before `run`, `[images, H, W, C]`.
  public var input: UnsafeMutablePointer<Float> { slice.values[model.input] }
  /// The output of the last run, `[images, …]`.
  public var output: UnsafePointer<Float> { values(of: model.output) }

  /// The values of a tensor after `run`, `[images, …]`.
  public func values(of tensor: Int) -> UnsafePointer<Float> { UnsafePointer(slice.values[tensor]) }

  /// Computes all tensors of the first `images` images.
  public func run(images: Int) { run(images: images, replacing: { _ in nil }) { _, _ in } }

  /// Computes all tensors, shows each, and replaces it by what operators behind it read.
  ///
  /// - Parameters:
  ///   - replacement: Values for a tensor; nil to leave what was computed.
  ///   - show: Sees the output of each operator before it is replaced.
  func run(
    images: Int, replacing replacement: (Int) -> [Float]?,
    show: (_ tensor: Int, _ values: UnsafePointer<Float>) -> Void
  ) {
    precondition(images <= capacity, "\(images) images do not fit into \(capacity)")
    if let quantization = model.tensors[model.input].quantization {
      Rounding(quantization).apply(
        input, into: input, count: images * model.tensors[model.input].elementCount)
    }
    for (index, step) in model.operators.enumerated() {
      kernels[index].forward(slice, images: images)
      let (target, count) = (slice.raw[step.output], images * model.elementCount(step.output))
      step.activation.apply(target, count: count)
      roundings[index]?.apply(target, into: target, count: count)
      show(step.output, target)
      if let values = replacement(step.output) { target.update(from: values, count: count) }
    }
  }
}

extension DeployedModel {
  func elementCount(_ tensor: Int) -> Int { tensors[tensor].elementCount }
}

extension FusedActivation {
  /// Applies the activation in place.
  func apply(_ values: UnsafeMutablePointer<Float>, count: Int) {
    switch self {
    case .none: break
    case .relu: for place in 0..<count { values[place] = max(0, values[place]) }
    case .relu6: for place in 0..<count { values[place] = min(6, max(0, values[place])) }
    }
  }

  /// Clears the gradient where the activation is flat.
  ///
  /// - Parameter values: After the activation.
  func applySlope(
    _ values: UnsafePointer<Float>, to gradient: UnsafeMutablePointer<Float>, count: Int
  ) {
    guard self != .none else { return }
    let top: Float = self == .relu6 ? 6 : .infinity
    for place in 0..<count where values[place] <= 0 || values[place] >= top { gradient[place] = 0 }
  }
}

/// The integers of one tensor, as floats.
struct Rounding: Hashable, Sendable {
  let scale: Float
  let zeroPoint: Float
  /// Whether the mean's own rounding is used: half away from zero of the integer with its zero point.
  let isMean: Bool

  init(_ quantization: TensorQuantization, of kind: DeployedOperator.Kind? = nil) {
    (scale, zeroPoint) = (quantization.scale, Float(quantization.zeroPoint))
    if case .averagePool = kind { isMean = true } else { isMean = false }
  }

  private init(scale: Float, zeroPoint: Float, isMean: Bool) {
    (self.scale, self.zeroPoint, self.isMean) = (scale, zeroPoint, isMean)
  }

  /// The same integers, rounded as means are.
  var forMeans: Rounding { Rounding(scale: scale, zeroPoint: zeroPoint, isMean: true) }

  /// Writes what the nearest integers stand for.
  func apply(
    _ values: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, count: Int
  ) {
    let (scale, low, high) = (scale, -128 - zeroPoint, 127 - zeroPoint)
    let shift = isMean ? zeroPoint : 0
    for place in 0..<count {
      let exact = values[place] / scale + shift
      let rounded = (exact + (exact < 0 ? -0.5 : 0.5)).rounded(.towardZero) - shift
      output[place] = scale * min(high, max(low, rounded))
    }
  }
}
