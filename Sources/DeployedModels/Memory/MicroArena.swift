/// The memory that TensorFlow Lite Micro takes for a model: activations and scratch in the head, what the
/// interpreter keeps of tensors, operators and channels in the tail.
///
/// The head is the planner's own, the tail the interpreter's structures in its order of allocation; both are exact.
public struct MicroArena: Hashable, Sendable {
  /// What is planned: activations and scratch buffers.
  public let buffers: [PlannedBuffer]
  /// Where the runtime places them.
  public let plan: BufferPlan
  /// Bytes that stay taken: structures, options, multipliers.
  public let tailBytes: Int
  /// Bytes of the smallest arena in which the interpreter can be set up and run: head and tail, or what setting up
  /// takes for a time where that is more, as it is with small activations.
  public let bytes: Int

  /// Bytes of activations and scratch.
  public var headBytes: Int { plan.bytes }
}

extension MicroArena {
  /// Computes the arena of a model; its structure is enough.
  ///
  /// - Parameter offsets: For each tensor its place in the file's offline plan, nil where the runtime chooses; none for a
  ///   file without such a plan.
  public init(
    _ model: DeployedModel, on runtime: MicroRuntime, offsets: [Int?]? = nil
  ) {
    let kernels = model.operators.map { runtime.memory(of: $0, in: model) }
    let planned = model.plannedBuffers(scratch: kernels.map(\.scratch))
    let fixed = offsets.map { known in planned.map { $0.tensor.flatMap { known[$0] } } }
    buffers = planned
    plan = GreedyPlanner.plan(planned, fixed: fixed ?? [])
    var allocations = MicroAllocations(runtime)
    allocations.setUp(model, kernels: kernels, buffers: buffers.count)
    tailBytes = allocations.tail
    bytes = max(
      allocations.largest,
      plan.bytes.rounded(upTo: MicroRuntime.bufferAlignment) + allocations.tail)
  }
}

/// The allocations of an interpreter in its order: from the end of the arena what stays, from the start what is
/// needed for a time.
struct MicroAllocations {
  let runtime: MicroRuntime
  /// Bytes from the end.
  private(set) var tail = 0
  /// The most bytes from both ends at one time.
  private(set) var largest = 0
  /// Bytes from the start.
  private var temporary = 0
  private var scratchRequests = 0

  init(_ runtime: MicroRuntime) { self.runtime = runtime }

  mutating func setUp(
    _ model: DeployedModel, kernels: [MicroKernelMemory], buffers: Int
  ) {
    keep(runtime.arenaAllocator)
    keep(runtime.planner)
    keep(runtime.modelAllocator)
    keep(runtime.optionsAllocator)
    beginOperator()
    keep(runtime.subgraph)
    keep(runtime.evaluatedTensor, count: model.tensors.count)
    keep(runtime.node, count: model.operators.count)
    for kernel in kernels { kernel.options.map { keep($0) } }
    for kernel in kernels { kernel.data.map { keep(buffer: runtime.bytes($0)) } }
    for kernel in kernels { prepare(kernel, model) }
    keep(runtime.scratchHandle, count: scratchRequests)
    plan(tensors: model.tensors.count, buffers: buffers)
    for tensor in [model.input, model.output] {
      keep(buffer: runtime.pointerBytes)
      keep(runtime.tensor)
      if let scales = scales(of: tensor, in: model) {
        keep(runtime.affineQuantization)
        keep(bytes: 4 + 4 * scales, alignment: 4)
      }
    }
  }

  /// Lets a kernel describe its tensors for a time, keep arrays, and ask for scratch.
  private mutating func prepare(_ kernel: MicroKernelMemory, _ model: DeployedModel) {
    for tensor in kernel.described {
      hold(runtime.tensor)
      if let scales = scales(of: tensor, in: model) {
        hold(runtime.affineQuantization)
        hold(bytes: 4 + 4 * scales, alignment: 4)
      }
    }
    for bytes in kernel.arrays { keep(buffer: bytes) }
    scratchRequests += kernel.scratch.count
    beginOperator()
  }

  /// Frees what the last operator held; only the requests of scratch and room for twelve more stay.
  private mutating func beginOperator() {
    temporary =
      runtime.bytes(runtime.scratchRequest)
      * (scratchRequests + MicroRuntime.scratchRequestsPerOperator)
    note()
  }

  /// Holds what the planner computes with.
  private mutating func plan(tensors: Int, buffers: Int) {
    hold(bytes: runtime.pointerBytes, alignment: runtime.pointerBytes)
    hold(runtime.allocation, count: tensors + scratchRequests)
    let alignment = MicroRuntime.bufferAlignment
    largest = max(
      largest,
      temporary.rounded(upTo: alignment)
        + (MicroRuntime.plannedBufferBytes * buffers).rounded(upTo: alignment)
        + tail.rounded(upTo: alignment))
    temporary = 0
  }

  private func scales(of tensor: Int, in model: DeployedModel) -> Int? {
    model.tensors[tensor].quantization.map(\.scales.count)
  }

  private mutating func keep(_ members: [CStructure.Member], count: Int = 1) {
    let layout = runtime.layout(members)
    if count > 0 { keep(bytes: layout.bytes * count, alignment: layout.alignment) }
  }

  private mutating func keep(buffer bytes: Int) {
    keep(bytes: bytes, alignment: MicroRuntime.bufferAlignment)
  }

  private mutating func keep(bytes: Int, alignment: Int) {
    tail = (tail + bytes).rounded(upTo: alignment)
    note()
  }

  private mutating func hold(_ members: [CStructure.Member], count: Int = 1) {
    let layout = runtime.layout(members)
    hold(bytes: layout.bytes * count, alignment: layout.alignment)
  }

  private mutating func hold(bytes: Int, alignment: Int) {
    temporary = temporary.rounded(upTo: alignment) + bytes
    note()
  }

  private mutating func note() { largest = max(largest, temporary + tail) }
}
