import Testing

@testable import NeuralNetworks

@Suite("a layer of zeros")
struct ZeroLayerTests {
  /// What stands in a buffer of the layer's input and output after a pass over one of two slices.
  ///
  /// Slices of two images and of one, five values each, lie 16 floats apart; everything begins as 7.
  private func pass(
    _ delivery: GradientDelivery, slice: Int, backward: Bool
  ) -> (output: [Float], inputGradient: [Float]) {
    var memory = [Float](repeating: 7, count: 7 * 32)
    memory.withUnsafeMutableBufferPointer { memory in
      let base = memory.baseAddress!
      func buffer(_ index: Int) -> SliceBuffer {
        SliceBuffer(base: base + 32 * index, stride: 16)
      }
      let layer = ZeroLayer(
        elements: 5,
        buffers: LayerBuffers(
          input: buffer(0), output: buffer(1), outputGradient: buffer(2),
          inputGradient: buffer(3), delivery: delivery, detour: buffer(4), scratch: buffer(5),
          images: [2, 1]))
      let turn = TrainingTurn(
        slice: slice, step: 0, thread: 0, norm: nil, inputNorm: nil, clock: nil)
      if backward { layer.backward(turn) } else { layer.forward(turn) }
    }
    // Nothing but these two is ever written.
    #expect((memory[0..<32] + memory[64..<96] + memory[128...]).allSatisfy { $0 == 7 })
    return (Array(memory[32..<64]), Array(memory[96..<128]))
  }

  private func zeros(_ range: Range<Int>) -> [Float] {
    (0..<32).map { range.contains($0) ? 0 : 7 }
  }

  @Test("gives zeros, slice by slice")
  func forward() {
    #expect(pass(.overwrite, slice: 0, backward: false) == (zeros(0..<10), zeros(0..<0)))
    #expect(pass(.overwrite, slice: 1, backward: false) == (zeros(16..<21), zeros(0..<0)))
  }

  @Test("delivers a gradient of zero, whatever stands in the buffer and comes back to it")
  func backward() {
    #expect(pass(.overwrite, slice: 0, backward: true) == (zeros(0..<0), zeros(0..<10)))
    #expect(pass(.overwrite, slice: 1, backward: true) == (zeros(0..<0), zeros(16..<21)))
    for delivery in [GradientDelivery.accumulate, .none] {
      #expect(pass(delivery, slice: 1, backward: true) == (zeros(0..<0), zeros(0..<0)))
    }
  }
}
