import NetworkFixtures
import NeuralNetworks
import TestSupport
import Testing

@testable import DeployedModels

/// What `print_allocations` of the package tflite-micro 0.dev20261023182759 says of MLPerf Tiny's files, and the
/// smallest multiple of 16 bytes in which its interpreter can be set up. `.ci/check-arena` asks it again.
private let reports: [(ReferenceModel, int8: Bool, head: Int, used: Int, needed: Int?)] = [
  (.keywords, true, 16_000, 24_272, 24_272),
  (.persons, true, 73_728, 103_680, 103_680),
  (.persons, false, 294_912, 324_800, nil),
  (.images, true, 49_152, 55_984, 55_984),
  (.images, false, 196_608, 203_376, 203_376),
  (.imagesWide, true, 122_880, 133_744, nil),
  (.imagesWide, false, 491_520, 502_320, nil),
  (.anomalies, true, 768, 3_984, 4_640),
  (.anomalies, false, 3_072, 6_224, 6_224),
  (.wakeWord, true, 6_656, 16_640, 16_640),
]

@Suite("the arena of TensorFlow Lite Micro")
struct MicroArenaTests {
  @Test("is what its interpreter reports, to the byte", arguments: reports)
  func reported(
    name: ReferenceModel, int8: Bool, head: Int, used: Int, needed: Int?
  ) {
    let model = int8 ? name.model.int8Structure() : name.model
    let arena = MicroArena(model, on: .python)
    #expect(arena.headBytes == head)
    #expect(arena.usedBytes == used)
    if let needed { #expect(arena.bytes.rounded(upTo: 16) == needed) }
  }

  @Test("is smaller where pointers are")
  func microcontroller() {
    for name in ReferenceModel.allCases {
      let model = name.model.int8Structure()
      let host = MicroArena(model, on: .python)
      let device = MicroArena(model, on: MicroRuntime(.reference))
      #expect(device.headBytes == host.headBytes)
      #expect(device.tailBytes < host.tailBytes)
      #expect(device.bytes >= device.usedBytes)
    }
  }

  /// Sizes on 32-bit Arm, added up by hand from the structures' definitions.
  @Test("knows the structures of 32-bit devices")
  func structures() {
    let runtime = MicroRuntime(.reference)
    #expect(runtime.bytes(runtime.evaluatedTensor) == 12)
    #expect(runtime.bytes(runtime.node) == 32)
    #expect(runtime.bytes(runtime.tensor) == 40)
    #expect(runtime.bytes(runtime.planner) == 44)
    #expect(runtime.bytes(runtime.arenaAllocator) == 36)
    #expect(runtime.bytes(runtime.modelAllocator) == 36)
    #expect(runtime.bytes(runtime.allocation) == 24)
    let mixed = CStructure([.boolean, .double, .int16])
    #expect(mixed.layout(pointer: 4) == (24, 8))
  }

  /// What the kernels of the package ask for when they are set up, read in its machine code.
  @Test("knows what kernels keep on 64-bit hosts")
  func kernelData() {
    let window = Window(side: 1, stride: 1, padding: .same)
    let sizes: [(DeployedOperator.Kind, options: Int?, data: Int?)] = [
      (.convolution(window), 28, 80), (.depthwiseConvolution(window), 28, 80),
      (.fullyConnected, 32, 72), (.averagePool(window), 40, 32), (.maxPool(window), 40, 32),
      (.add, 8, 60), (.multiply, 4, 36), (.softmax, 4, 80), (.reshape, 36, nil),
      (.mean(keepsDimensions: true), 1, 44), (.pad, nil, 56), (.transpose, nil, nil),
      (.logistic, nil, 16), (.relu, nil, 28), (.relu6, nil, 8), (.hardSwish, nil, 20),
      (.quantize, nil, 32), (.dequantize, nil, 32),
    ]
    for (kind, options, data) in sizes {
      let tensor = DeployedTensor(name: "x", shape: [1, 1, 1, 4], type: .float32)
      let model = DeployedModel(
        tensors: [tensor, tensor, tensor], operators: [], input: 0, output: 2)
      let memory = MicroRuntime.python.memory(
        of: DeployedOperator(kind, inputs: [0, 1], output: 2), in: model)
      #expect(memory.options.map { MicroRuntime.python.bytes($0) } == options, "\(kind)")
      #expect(memory.data.map { MicroRuntime.python.bytes($0) } == data, "\(kind)")
    }
  }

  @Test("holds the scratch of CMSIS-NN's kernels")
  func scratch() {
    func largest(_ name: ReferenceModel, _ kernels: MicroRuntime.Kernels) -> [Int] {
      let model = name.model.int8Structure()
      let runtime = MicroRuntime(kernels)
      return Array(
        Set(model.operators.flatMap { runtime.memory(of: $0, in: model).scratch })
      ).sorted()
    }
    // 4 · 10 · 4 · 1 for the first convolution, 4 · 64 for the pool; 3×3 depthwise and pointwise ones take none.
    #expect(largest(.keywords, .cmsisNNDSP) == [160, 256])
    #expect(largest(.keywords, .reference) == [])
    // 4 · 9 · {3 → 28, 16, 32, 64}/9; the strided 1×1 ones take none; the pool 4 · 64.
    #expect(largest(.images, .cmsisNNDSP) == [112, 256, 576, 1152, 2304])
    #expect(largest(.images, .cmsisNN) == [112, 576, 1152, 2304])
    // 4 columns of a multiple of 16 values.
    #expect(largest(.images, .cmsisNNHelium) == [128, 576, 1152, 2304])
    // 2 · length · channels.
    #expect(largest(.wakeWord, .cmsisNNDSP) == [240, 1280, 2560, 3840])
    let float = ReferenceModel.images.model
    #expect(MicroRuntime(.cmsisNNDSP).memory(of: float.operators[0], in: float).scratch == [])
    let arena = MicroArena(
      ReferenceModel.images.model.int8Structure(), on: MicroRuntime(.cmsisNNDSP))
    #expect(arena.headBytes >= arena.buffers.lowerBoundBytes)
    #expect(arena.buffers.filter { $0.tensor == nil }.count == 8)
  }

  @Test("has no buffers that share bytes while both are alive", arguments: shippedSpaces)
  func apart(space: String) throws {
    for network in try students(of: space, count: 10) {
      let model = try LoweredNetwork(structureOf: network).model.int8Structure()
      for kernels in MicroRuntime.Kernels.allCases {
        let arena = MicroArena(model, on: MicroRuntime(kernels))
        expectApart(arena.buffers, arena.plan)
      }
    }
  }
}

/// Expects that buffers alive at one step do not overlap, and that the plan says how far they reach.
func expectApart(_ buffers: [PlannedBuffer], _ plan: BufferPlan) {
  for (index, buffer) in buffers.enumerated() {
    for (other, second) in buffers.enumerated().dropFirst(index + 1)
    where buffer.overlaps(second) {
      #expect(
        plan.offsets[index] + buffer.bytes <= plan.offsets[other]
          || plan.offsets[other] + second.bytes <= plan.offsets[index])
    }
  }
  #expect(plan.bytes == zip(buffers, plan.offsets).map { $0.bytes + $1 }.max())
}
