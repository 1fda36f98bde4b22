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
}
