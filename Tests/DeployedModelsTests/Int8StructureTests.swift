import NetworkFixtures
import NeuralNetworks
import Testing

@testable import DeployedModels

@Suite("the int8 form of a structure")
struct Int8StructureTests {
  @Test("has the types and scales of MLPerf Tiny's files")
  func reference() {
    let model = ReferenceModel.keywords.model.int8Structure()
    let first = model.operators[0]
    let dense = model.operators[11]
    #expect(model.tensors[first.inputs[0]].type == .int8)
    #expect(model.tensors[first.inputs[1]].type == .int8)
    #expect(model.tensors[first.inputs[1]].quantization?.scales.count == 64)
    #expect(model.tensors[first.inputs[1]].quantization?.axis == 0)
    #expect(model.tensors[first.inputs[2]].type == .int32)
    #expect(model.tensors[first.inputs[2]].quantization?.scales.count == 64)
    #expect(model.tensors[model.operators[1].inputs[1]].quantization?.axis == 3)
    #expect(model.tensors[dense.inputs[1]].quantization?.scales.count == 1)
    #expect(model.tensors[dense.inputs[2]].type == .int32)
    #expect(model.tensors[dense.inputs[2]].quantization?.scales.count == 1)
    let shape = model.tensors[model.operators[10].inputs[1]]
    #expect(shape.quantization == nil)
    #expect(shape.values == .int32([-1, 64]))
    // 22,016 weights, 588 biases of four bytes, and a shape of two integers.
    #expect(model.constantBytes == 22_016 + 4 * 588 + 8)
  }

  @Test("has no values of floats")
  func values() throws {
    let lowered = try LoweredNetwork(structureOf: unusualNetwork(height: 7))
    for tensor in lowered.model.int8Structure().tensors {
      #expect(tensor.type != .float32)
      #expect((tensor.quantization == nil) == (tensor.values != nil))
    }
  }
}
