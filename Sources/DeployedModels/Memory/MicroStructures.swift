// What the interpreter of TensorFlow Lite Micro keeps of a model, by the definitions of its structures
// (tensorflow/lite/micro: arena_allocator, memory_planner, micro_allocator.h, micro_allocation_info.h;
// tensorflow/lite/core/c: common.h with TF_LITE_STATIC_MEMORY, builtin_op_data.h). Snapshot of August 2026.

extension MicroRuntime {
  func layout(_ members: [CStructure.Member]) -> (bytes: Int, alignment: Int) {
    CStructure(members).layout(pointer: pointerBytes)
  }

  func bytes(_ members: [CStructure.Member]) -> Int { layout(members).bytes }

  /// Every buffer in the arena starts at a multiple of this.
  static let bufferAlignment = 16
  /// Room for as many requests of scratch buffers is kept while an operator is prepared.
  static let scratchRequestsPerOperator = 12

  /// `SingleArenaBufferAllocator`: two tables of virtual functions, five pointers, a sum and a count.
  var arenaAllocator: [CStructure.Member] {
    let plain: [CStructure.Member] = [.pointers(2), .pointers(5), .pointer, .int32]
    // What the recording one adds starts behind the padding of the plain one.
    return recordsAllocations ? [.structure(CStructure(plain)), .pointers(4)] : plain
  }

  /// `GreedyMemoryPlanner`.
  var planner: [CStructure.Member] {
    [.pointer, .int32s(2), .pointers(4), .int32s(2), .pointer, .boolean]
  }

  /// `MicroAllocator`, or `RecordingMicroAllocator` with a record of three counts for each kind of allocation.
  var modelAllocator: [CStructure.Member] {
    let plain: [CStructure.Member] = [.pointer, .pointers(4), .boolean, .pointers(3)]
    let kinds = hasCompression ? 8 : 7
    return recordsAllocations
      ? [.structure(CStructure(plain)), .pointer, .pointers(3 * kinds)] : plain
  }

  /// `MicroBuiltinDataAllocator`.
  var optionsAllocator: [CStructure.Member] { [.pointers(2)] }
  /// `SubgraphAllocations`.
  var subgraph: [CStructure.Member] { [.pointers(hasCompression ? 3 : 2)] }
  /// `TfLiteEvalTensor`: one for every tensor, constants too.
  var evaluatedTensor: [CStructure.Member] { [.pointers(2), .int32] }
  /// `NodeAndRegistration`: one for every operator.
  var node: [CStructure.Member] {
    [.structure(CStructure([.pointers(6), .int32])), .pointer]
  }
  /// `TfLiteTensor`: one for the input and one for the output, and for a time those of an operator.
  var tensor: [CStructure.Member] {
    [
      .structure(CStructure([.int32, .pointer])), .int32s(2), .pointers(2), .pointer, .int32s(2),
      .boolean,
    ]
  }
  /// `TfLiteAffineQuantization`; its zero points follow, as a count and an integer each.
  var affineQuantization: [CStructure.Member] { [.pointers(2), .int32] }
  /// `ScratchBufferRequest`.
  var scratchRequest: [CStructure.Member] { [.pointer, .int32s(2)] }
  /// `ScratchBufferHandle`.
  var scratchHandle: [CStructure.Member] { [.pointer] }
  /// `AllocationInfo`: for a time, one for every tensor and scratch buffer.
  var allocation: [CStructure.Member] { [.pointers(2), .int32s(3), .boolean] }
  /// What the planner needs for a time for every buffer: its requirements, three integers, an entry of a list.
  static let plannedBufferBytes = 16 + 3 * 4 + 12
}
