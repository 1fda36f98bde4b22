import CStudentKernels

/// A graph ready to run: one step an operation, its weights packed, its activations placed in one memory.
final class Program: @unchecked Sendable {
  let graph: Graph
  let kernels: student_kernels
  let memory: ActivationMemory
  private var steps: [student_step] = []
  private var owned: [UnsafeMutableRawPointer] = []
  private var ownedBytes = 0
  /// Memory that no thread uses now. Steps and weights do not change after `init`, so that any thread may run.
  private let spare = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: 1)

  /// The value that an int8 activation is moved by in memory.
  static let cellOffset = Int(STUDENT_CELL_OFFSET)

  init(_ graph: Graph, kernels: student_kernels) throws(Refusal) {
    spare.initialize(to: nil)
    try graph.check()
    (self.graph, self.kernels) = (try graph.fused(), kernels)
    memory = try ActivationMemory(self.graph)
    for operation in self.graph.operations {
      if case .reshape = operation.kind { continue }
      steps.append(try step(operation))
    }
  }

  deinit {
    for memory in owned { memory.deallocate() }
    spare.pointee?.deallocate()
    spare.deallocate()
  }

  /// Computes the outputs of one image in `[H, W, C]`; `pixels` must have as many values as the input.
  func run(_ pixels: UnsafeBufferPointer<Float>) -> [Float] {
    let memory = student_take(spare) ?? allocated(memory.byteCount)
    defer { student_give_back(spare, memory)?.deallocate() }
    let (input, output) = (graph.tensors[graph.input], graph.tensors[graph.output])
    let target = memory + self.memory.offsets[graph.input]
    if input.isInteger {
      let cells = target.assumingMemoryBound(to: student_cell.self)
      let scale = Float(input.scale)
      for place in 0..<pixels.count {
        // No number stands for zero; ±512 leave the integers whatever the zero point is.
        let exact = pixels[place] / scale
        let near = min(512, max(-512, exact))
        // Halves go away from zero: what is just below a half, added and cut, spares a call for each pixel.
        let steps = exact.isNaN ? 0 : Int(near + (near < 0 ? -0x1.fffffep-2 : 0x1.fffffep-2))
        let value = input.zeroPoint + steps
        cells[place] = student_cell(min(127, max(-128, value)) + Self.cellOffset)
      }
    } else {
      target.copyMemory(from: pixels.baseAddress!, byteCount: 4 * pixels.count)
    }
    student_run(steps, Int32(steps.count), memory.assumingMemoryBound(to: CChar.self))
    let result = memory + self.memory.offsets[graph.output]
    if output.isInteger {
      let cells = result.assumingMemoryBound(to: student_cell.self)
      return (0..<output.count).map {
        Float(Int(cells[$0]) - Self.cellOffset - output.zeroPoint) * Float(output.scale)
      }
    }
    return Array(
      UnsafeBufferPointer(start: result.assumingMemoryBound(to: Float.self), count: output.count))
  }

  private func allocated(_ bytes: Int) -> UnsafeMutableRawPointer {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    return memory
  }

  /// Copies values to where they stay as long as the program.
  func kept<T>(_ values: [T]) -> UnsafeRawPointer {
    let bytes = values.count * MemoryLayout<T>.stride
    let memory = allocated(bytes + Int(student_margin))
    values.withUnsafeBytes {
      if bytes > 0 { memory.copyMemory(from: $0.baseAddress!, byteCount: bytes) }
    }
    owned.append(memory)
    return UnsafeRawPointer(memory)
  }

  /// Counts what will be kept and may be many times what the file has for it.
  func reserve(_ bytes: Int, _ place: String) throws(Refusal) {
    ownedBytes += bytes
    try require(
      ownedBytes <= 1 << 28, place, "\(ownedBytes >> 20) MiB of packed weights", "at most 256")
  }
}
