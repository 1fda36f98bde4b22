import DeployedModels
import TensorKernels

/// One operator of a model as it computes on a batch of images, forward and backward.
///
/// The runner applies the fused activation and rounds; a kernel knows neither. Kernels have no state: several
/// threads use one, each with a slice of its own.
protocol OperatorKernel: Sendable {
  /// Floats to compute with, for up to `capacity` images.
  func scratchFloats(capacity: Int) -> Int
  /// Computes `slice.raw[output]` from `slice.values` of the inputs.
  func forward(_ slice: ExecutionSlice, images: Int)
  /// Adds to the gradients of the inputs and weights what `slice.gradients[output]` gives.
  func backward(_ slice: ExecutionSlice, images: Int)
}

extension OperatorKernel {
  func scratchFloats(capacity: Int) -> Int { 0 }
}

/// The memory of some images of a batch: tensors one after the other, each `[images, …]`.
///
/// Constants are the same memory for all slices. Every pointer is readable past its end, as `matrixProduct` asks.
final class ExecutionSlice: @unchecked Sendable {
  /// What operators read: activations rounded if the model is quantised, constants in their own order.
  var values: [UnsafeMutablePointer<Float>]
  /// What operators write; the same memory as `values` unless training needs both.
  var raw: [UnsafeMutablePointer<Float>]
  /// Gradients of activations; nil for constants, the image, and where nothing is trained.
  var gradients: [UnsafeMutablePointer<Float>?]
  /// Weights with the outputs last, by group; nil for what is no weight of a product.
  var columns: [UnsafeMutablePointer<Float>?]
  /// Gradients of weights, in the order of `columns` where there is one, and of biases; nil for what is not trained.
  var weightGradients: [UnsafeMutablePointer<Float>?]
  let scratch: UnsafeMutablePointer<Float>
  private let arena: FloatArena
  /// Kept, since the pointers lead into its memory.
  private let constants: ModelConstants

  /// Takes memory for up to `capacity` images.
  ///
  /// - Parameters:
  ///   - keepsRaw: Whether the values before rounding are kept, for each tensor.
  ///   - isTrained: Whether there are gradients of activations.
  init(
    _ model: DeployedModel, capacity: Int, scratchFloats: Int, constants: ModelConstants,
    keepsRaw: [Bool], isTrained: Bool
  ) {
    var offsets: [(values: Int, raw: Int, gradient: Int)] = []
    var floats = 0
    func take(_ count: Int) -> Int {
      defer { floats += (count + 15) / 16 * 16 }
      return floats
    }
    for (index, tensor) in model.tensors.enumerated() {
      let count = tensor.isConstant ? 0 : capacity * tensor.elementCount
      let values = take(count)
      let raw = keepsRaw[index] ? take(count) : values
      let gradient = isTrained && index != model.input ? take(count) : values
      offsets.append((values, raw, gradient))
    }
    let scratchOffset = take(scratchFloats + readMargin)
    let arena = FloatArena(count: floats)
    (self.arena, self.constants) = (arena, constants)
    scratch = arena.base + scratchOffset
    values = model.tensors.indices.map { constants.rows[$0] ?? arena.base + offsets[$0].values }
    raw = model.tensors.indices.map { constants.rows[$0] ?? arena.base + offsets[$0].raw }
    gradients = model.tensors.indices.map { index in
      isTrained && index != model.input && !model.tensors[index].isConstant
        ? arena.base + offsets[index].gradient : nil
    }
    columns = constants.columns
    weightGradients = model.tensors.map { _ in nil }
  }

  /// Sets the gradients of all activations to zero.
  func clearGradients(_ model: DeployedModel, images: Int) {
    for (index, gradient) in gradients.enumerated() {
      gradient?.update(repeating: 0, count: images * model.tensors[index].elementCount)
    }
  }
}

/// The constants of a model as floats, in the orders that kernels read.
final class ModelConstants: @unchecked Sendable {
  /// Constants of floats in their own order; nil for other tensors.
  let rows: [UnsafeMutablePointer<Float>?]
  /// Weights of products with the outputs last, `[groups, taps · inputs, outputs]`; nil for other tensors.
  let columns: [UnsafeMutablePointer<Float>?]
  let groups: [Int]
  private let model: DeployedModel
  private let arena: FloatArena

  /// Takes the constants in; integers with a scale become what they stand for.
  init(_ model: DeployedModel) {
    var groups = [Int](repeating: 0, count: model.tensors.count)
    for step in model.operators {
      switch step.kind {
      case .convolution:
        let depth = model.tensors[step.inputs[1]].shape[3]
        groups[step.inputs[1]] = model.tensors[step.inputs[0]].channels / depth
      case .fullyConnected: groups[step.inputs[1]] = 1
      default: break
      }
    }
    var floats = 0
    let offsets = model.tensors.indices.map { index in
      let tensor = model.tensors[index]
      let count = tensor.isConstant ? (tensor.elementCount + 15) / 16 * 16 : 0
      defer { floats += count * (groups[index] > 0 ? 2 : 1) }
      return (rows: floats, columns: floats + count)
    }
    let arena = FloatArena(count: floats + readMargin)
    (self.model, self.arena, self.groups) = (model, arena, groups)
    rows = model.tensors.indices.map { index in
      let tensor = model.tensors[index]
      return tensor.isConstant && (tensor.type != .int32 || tensor.quantization != nil)
        ? arena.base + offsets[index].rows : nil
    }
    columns = model.tensors.indices.map { groups[$0] > 0 ? arena.base + offsets[$0].columns : nil }
    for (index, row) in rows.enumerated() {
      guard let row else { continue }
      let values = model.tensors[index].floats
      row.update(from: values, count: values.count)
      arrangeColumns(index)
    }
  }

  /// Writes the columns of a weight from its rows.
  func arrangeColumns(_ tensor: Int) {
    guard let columns = columns[tensor], let rows = rows[tensor] else { return }
    let (outputs, depth) = weightSize(tensor)
    for group in 0..<groups[tensor] {
      let first = group * outputs * depth
      transpose(rows + first, into: columns + first, rows: outputs, columns: depth)
    }
  }

  /// Writes the rows of a weight from its columns.
  func arrangeRows(_ tensor: Int) {
    guard let columns = columns[tensor], let rows = rows[tensor] else { return }
    let (outputs, depth) = weightSize(tensor)
    for group in 0..<groups[tensor] {
      let first = group * outputs * depth
      transpose(columns + first, into: rows + first, rows: depth, columns: outputs)
    }
  }

  /// The outputs and the inputs times taps of one group.
  func weightSize(_ tensor: Int) -> (outputs: Int, depth: Int) {
    let shape = model.tensors[tensor].shape
    return (shape[0] / max(1, groups[tensor]), shape[1...].reduce(1, *))
  }
}

extension DeployedTensor {
  /// What the values of a constant stand for.
  var floats: [Float] {
    func scaled(_ integers: [Float]) -> [Float] {
      guard let quantization else { return integers }
      guard quantization.scales.count > 1 else {
        return integers.map { quantization.scale * ($0 - Float(quantization.zeroPoint)) }
      }
      let layout = WeightLayout(shape: shape, axis: quantization.axis)
      return integers.indices.map {
        quantization.scales[layout.scaleIndex($0)] * integers[$0]
      }
    }
    switch values {
    case .float32(let values): return values
    case .int8(let values): return scaled(values.map { Float($0) })
    case .int32(let values): return scaled(values.map { Float($0) })
    case nil: preconditionFailure("\(name) has no values")
    }
  }
}
