import Testing

@testable import TensorKernels

@Suite("the choice of minimal filtering")
struct WinogradChoiceTests {
  private func tile(
    _ side: Int, _ inputs: Int, _ outputs: Int, window: WindowSize = WindowSize(side: 3),
    stride: Int = 1
  ) -> WinogradTile? {
    ConvolutionShape(
      height: side, width: side, inputChannels: inputs, outputChannels: outputs, window: window,
      stride: stride, padding: .same
    ).winograd?.tile
  }

  @Test("takes large tiles where they save most, small ones on the smallest images")
  func tiles() {
    #expect(tile(28, 32, 32) == .four)
    #expect(tile(14, 64, 64) == .four)
    #expect(tile(7, 128, 128) == .four)
    #expect(tile(4, 64, 64) == .four)
    // As many products by either: the one that rounds less.
    #expect(tile(5, 64, 64) == .two)
    #expect(tile(2, 64, 64) == .two)
  }

  @Test("leaves to plain sums what is not 3×3 at stride 1")
  func others() {
    #expect(tile(28, 32, 32, stride: 2) == nil)
    #expect(tile(28, 32, 32, window: WindowSize(side: 5)) == nil)
    #expect(tile(28, 32, 32, window: WindowSize(side: 1)) == nil)
    #expect(tile(28, 32, 32, window: WindowSize(height: 3, width: 1)) == nil)
  }

  @Test("leaves to plain sums what has few channels or very many")
  func channels() {
    #expect(tile(28, 1, 32) == nil)
    #expect(tile(28, 32, 15) == nil)
    #expect(tile(28, 16, 16) == .four)
    #expect(tile(2, 31, 32) == nil && tile(2, 32, 32) == .two)
    #expect(tile(28, 256, 256) == .four)
    #expect(tile(28, 256, 257) == nil)
  }

  @Test("leaves to plain sums images of which tiles are mostly edge")
  func edges() {
    #expect(tile(1, 64, 64) == nil)
  }
}
