import NeuralNetworks
import TensorKernels

/// Decides where every value of a program lies and which kernel computes it.
///
/// The file's shapes stay; only strides tell how values lie. Convolutions want and give images whose channels are
/// together, and most other operators take whatever there is, so that transpositions, slices and most reshapes
/// cost nothing.
struct Lowering {
  /// A kernel, made once the memory is there.
  struct Step {
    let title: String
    let make: (Memory) -> () -> Void
  }

  let program: Program
  let weights: WeightStore
  private(set) var steps: [Step] = []
  private(set) var constants: [FloatArena] = []
  private(set) var inputViews: [View] = []
  /// What the hungriest step needs.
  private(set) var scratchFloats = 0
  private var views: [View?]
  private var buffers: [(floats: Int, first: Int, last: Int)] = []
  /// Who stands behind the steps that are being made.
  private var title = ""

  private let inputOrder: [Int]?

  init(_ program: Program, weights: WeightStore, inputOrder: [Int]? = nil) {
    (self.program, self.weights, self.inputOrder) = (program, weights, inputOrder)
    views = program.values.map { _ in nil }
  }

  /// Lays out all instructions.
  ///
  /// - Returns: The outputs, in the order of their indices.
  mutating func run() -> [View] {
    for input in program.inputs {
      let shape = program.values[input].shape
      let order = inputViews.isEmpty ? inputOrder : nil
      let view = allocate(shape, strides: order.map { Strides.dense(shape, order: $0) })
      views[input] = view
      inputViews.append(view)
    }
    for instruction in program.instructions {
      title = instruction.title
      views[instruction.output] = lower(instruction)
    }
    title = "output"
    let outputs = program.outputs.map { rowMajor(view(of: $0)) }
    for view in outputs { touch(view, at: steps.count) }
    return outputs
  }

  /// The buffers and how long each is needed.
  var requests: [ArenaLayout.Request] {
    buffers.map {
      ArenaLayout.Request(
        floats: $0.floats + readMargin, firstUse: $0.first, lastUse: max($0.first, $0.last))
    }
  }

  private mutating func lower(_ instruction: Instruction) -> View {
    let inputs = instruction.inputs
    let shape = program.values[instruction.output].shape
    switch instruction.operation {
    case .reshape:
      let source = view(of: inputs[0])
      if let result = source.reshaped(to: shape) { return result }
      return rowMajor(source).reshaped(to: shape)!
    case .transpose(let order): return view(of: inputs[0]).transposed(order)
    case .slice(let starts, let steps):
      return view(of: inputs[0]).sliced(starts: starts, steps: steps, shape: shape)
    case .expand: return view(of: inputs[0]).broadcast(to: shape)
    case .concatenate(let axis): return lowerConcatenation(inputs, axis: axis, shape: shape)
    case .blend(let taps, let axis): return lowerBlend(inputs[0], taps, axis: axis, shape: shape)
    case .pointwise(let function): return lowerPointwise(inputs[0], function)
    case .combine(let function, let then):
      return lowerCombination(inputs, function, then: then, shape: shape)
    case .select: return lowerSelection(inputs, shape: shape)
    case .affine(let axis): return lowerAffine(inputs, axis: axis, shape: shape)
    case .reduce(let kind, let axes):
      return lowerReduction(inputs[0], kind, axes: axes, shape: shape)
    case .softmax(let isLogarithm): return lowerSoftmax(inputs[0], isLogarithm: isLogarithm)
    case .normalize(let dimensions, let epsilon, let hasGamma, let hasBeta):
      return lowerNorm(
        inputs, dimensions: dimensions, epsilon: epsilon, hasGamma: hasGamma, hasBeta: hasBeta)
    case .convolution(let convolution): return lowerConvolution(inputs, convolution, shape: shape)
    case .pool(let kind, let window, let bottom, let right):
      return lowerPooling(
        inputs[0], kind, window: window, bottom: bottom, right: right, shape: shape)
    case .product(let product): return lowerProduct(inputs, product, shape: shape)
    case .attention(let attention): return lowerAttention(inputs, attention, shape: shape)
    }
  }
}

extension Lowering {
  /// Returns where a value lies; a constant is put in order first.
  mutating func view(of value: Int) -> View {
    if let view = views[value] { return view }
    guard let constant = program.values[value].constant else {
      preconditionFailure("value \(value) is read before it is computed")
    }
    let view = constantView(constant)
    views[value] = view
    return view
  }

  func constant(_ value: Int) -> Constant? { program.values[value].constant }

  mutating func constantView(_ constant: Constant) -> View {
    let index = store("values", of: constant, count: constant.count) { values, memory in
      memory.update(from: values, count: values.count)
    }
    return View(
      storage: .constant(index), offset: 0, shape: constant.shape,
      strides: Strides.rowMajor(constant.shape))
  }

  /// Puts a form of a constant among the plan's constants and returns its number.
  mutating func store(
    _ form: String, of constant: Constant, count: Int,
    fill: ([Float], UnsafeMutablePointer<Float>) -> Void
  ) -> Int {
    constants.append(weights.memory(form, of: constant, count: count, fill: fill))
    return constants.count - 1
  }

  /// Takes a new buffer; without strides its values lie in the order of the indices.
  mutating func allocate(_ shape: [Int], strides: [Int]? = nil) -> View {
    buffers.append((max(1, shape.product), steps.count, steps.count))
    return View(
      storage: .buffer(buffers.count - 1), offset: 0, shape: shape,
      strides: strides ?? Strides.rowMajor(shape))
  }

  private mutating func touch(_ view: View, at step: Int) {
    guard case .buffer(let index) = view.storage else { return }
    buffers[index].last = max(buffers[index].last, step)
  }

  /// Appends a step that reads and writes these views.
  ///
  /// - Parameter scratch: Floats that it needs only while it runs.
  mutating func addStep(
    _ kind: String, using views: [View], scratch: Int = 0,
    _ make: @escaping (Memory) -> () -> Void
  ) {
    for view in views { touch(view, at: steps.count) }
    scratchFloats = max(scratchFloats, scratch + readMargin)
    steps.append(Step(title: title.isEmpty ? kind : "\(kind) \(title)", make: make))
  }

  /// Returns the values at other strides, copied if they are not there already.
  mutating func arranged(_ view: View, _ strides: [Int]) -> View {
    if view.matches(strides) { return view }
    let result = allocate(view.shape, strides: strides)
    copy(view, to: result)
    return result
  }

  mutating func rowMajor(_ view: View) -> View { arranged(view, Strides.rowMajor(view.shape)) }

  mutating func copy(_ view: View, to result: View) {
    let copy = StridedCopy(shape: view.shape, output: result.strides, source: view.strides)
    addStep("copy", using: [view, result]) { memory in
      let (source, target) = (memory.pointer(view), memory.mutable(result))
      return { copy.run(source, into: target) }
    }
  }
}
