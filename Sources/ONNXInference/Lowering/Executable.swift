import NeuralNetworks
import TensorKernels

/// A program laid out in memory, to be run by one thread.
final class Executable {
  private let steps: [() -> Void]
  private let arena: FloatArena
  private let constants: [FloatArena]
  private let inputs: [UnsafeMutablePointer<Float>]
  private let outputs: [(pointer: UnsafePointer<Float>, count: Int)]
  /// What each step does, for a table of times.
  let titles: [String]

  /// Lays out a program.
  ///
  /// - Parameter inputOrder: The dimensions of the first input from the slowest to the fastest, as its values will
  ///   lie; nil for the order of the indices.
  init(_ program: Program, weights: WeightStore, inputOrder: [Int]? = nil) {
    var lowering = Lowering(program, weights: weights, inputOrder: inputOrder)
    let outputViews = lowering.run()
    let layout = ArenaLayout(lowering.requests)
    arena = FloatArena(count: Executable.arenaFloats(layout, lowering))
    let memory = Memory(
      base: arena.base, offsets: layout.offsets, constants: lowering.constants,
      scratch: arena.base + layout.floats + readMargin)
    constants = lowering.constants
    steps = lowering.steps.map { $0.make(memory) }
    titles = lowering.steps.map(\.title)
    inputs = lowering.inputViews.map { memory.mutable($0) }
    outputs = outputViews.map { (memory.pointer($0), $0.count) }
  }

  /// Floats of activations and scratch that a program would take, without taking them.
  static func arenaFloats(of program: Program, weights: WeightStore) -> Int {
    var lowering = Lowering(program, weights: weights)
    _ = lowering.run()
    return arenaFloats(ArenaLayout(lowering.requests), lowering)
  }

  private static func arenaFloats(_ layout: ArenaLayout, _ lowering: Lowering) -> Int {
    layout.floats + lowering.scratchFloats + 2 * readMargin
  }

  /// Floats of activations and scratch.
  var arenaFloats: Int { arena.count }

  /// Where the values of an input go, in the order of its indices.
  func input(_ index: Int) -> UnsafeMutablePointer<Float> { inputs[index] }

  func outputPointer(_ index: Int) -> UnsafePointer<Float> { outputs[index].pointer }

  func output(_ index: Int) -> [Float] {
    Array(UnsafeBufferPointer(start: outputs[index].pointer, count: outputs[index].count))
  }

  func run() { for step in steps { step() } }

  /// Runs all steps and calls `body` behind each with its number.
  func run(after body: (Int) -> Void) {
    for (index, step) in steps.enumerated() {
      step()
      body(index)
    }
  }
}

/// Where views lie once all buffers have their places.
struct Memory {
  let base: UnsafeMutablePointer<Float>
  let offsets: [Int]
  let constants: [FloatArena]
  let scratch: UnsafeMutablePointer<Float>

  func mutable(_ view: View) -> UnsafeMutablePointer<Float> {
    switch view.storage {
    case .buffer(let index): base + offsets[index] + view.offset
    case .constant(let index): constants[index].base + view.offset
    }
  }

  func pointer(_ view: View) -> UnsafePointer<Float> { UnsafePointer(mutable(view)) }
}
