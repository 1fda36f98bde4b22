import TensorKernels
import Testing

@testable import NeuralNetworks

@Suite("a convolution layer by minimal filtering")
struct WinogradConvolutionTests {
  private func isWinograd(_ network: Network) -> [Bool] {
    TrainingPlan(network: network, batch: 4).units.compactMap { unit in
      switch unit.head {
      case is WinogradConvolutionLayer: true
      case is ConvolutionLayer: false
      default: nil
      }
    }
  }

  @Test("stands in a plan where its shape asks for it")
  func choice() throws {
    // The image's three channels are too few.
    #expect(isWinograd(try TestGraph.winograd.network()) == [false, true, true, true])
    #expect(!isWinograd(try TestGraph.convolutions.network()).contains(true))
  }

  @Test("takes no more scratch for larger images")
  func scratch() throws {
    let memory = try [28, 224].map { side in
      let shape = ConvolutionShape(
        height: side, width: side, inputChannels: 32, outputChannels: 32,
        window: WindowSize(side: 3), stride: 1)
      return WinogradMemory.layerMemory(try #require(shape.winograd))
    }
    #expect(memory[0].scratch == memory[1].scratch && memory[0].state == memory[1].state)
    #expect(memory[0].scratch < 500_000)
  }

  @Test("takes for small slices the scratch of their tiles, and no bits change")
  func smallSlices() throws {
    var builder = NetworkBuilder(input: TensorShape(height: 4, width: 4, channels: 3))
    try builder.append(.convolution(kernel: 3, stride: 1, channels: 256, bias: false))
    try builder.append(.convolution(kernel: 3, stride: 1, channels: 256, bias: false))
    try builder.append(.globalAveragePool)
    let network = try builder.network()
    #expect(isWinograd(network) == [false, true])
    let shape = try #require(
      ConvolutionShape(
        height: 4, width: 4, inputChannels: 256, outputChannels: 256, window: WindowSize(side: 3),
        stride: 1
      ).winograd)
    func scratch(_ images: Int) -> Int {
      WinogradMemory.layerMemory(shape.limited(toImages: images)).scratch
    }
    let unlimited = WinogradMemory.layerMemory(shape).scratch
    // Transformed tiles of four images take a third of a megabyte, and sums half of one.
    #expect(4 * scratch(4) < 2 << 20)
    #expect(scratch(4) < scratch(64) && scratch(129) == unlimited)
    // Sixteen slices: 310 MB where each has the scratch of any number of tiles.
    #expect(TrainingPlan(network: network, batch: 64, slices: 16).arenaBytes < 100 << 20)
  }
}
