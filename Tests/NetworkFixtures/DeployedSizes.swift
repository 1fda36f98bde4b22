import DeployedModels

extension DeployedModel {
  /// The bytes of all constants: weights, biases, shapes and other operands.
  package var constantBytes: Int {
    tensors.reduce(0) { $0 + ($1.isConstant ? $1.byteCount : 0) }
  }
}

extension MicroArena {
  /// What the interpreter says it uses: head and tail.
  package var usedBytes: Int { headBytes + tailBytes }
}

extension MicroRuntime {
  /// The interpreter of the package `tflite-micro` on a 64-bit host, whose `print_allocations` shows what models take.
  package static let python = MicroRuntime(
    .reference, pointerBytes: 8, hasCompression: true, recordsAllocations: true)
}
