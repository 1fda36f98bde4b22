import Foundation
import NeuralNetworks
import RandomStreams
import Testing

@testable import HardwareProfiles

@Suite("the sketch of a network")
struct NetworkSketchTests {
  @Test("counts kernels of one shape together and adds up to the network's time")
  func adds() throws {
    var random = RandomStream(seed: 11, purpose: "sketch")
    let model = PhysicalModel.generic
    for workload in try FitFixtures.workloads(10, .keysAndIdleKernels, &random) {
      let sketch = NetworkSketch(workload, on: model)
      let executed = model.executed(workload)
      #expect(sketch.parts.reduce(0) { $0 + $1.count } == Double(executed.count))
      #expect(Set(sketch.parts.map(\.kernel)).count == sketch.parts.count)
      #expect(Set(sketch.parts.map(\.kernel)) == Set(executed.map(\.shape)))
      let total = executed.reduce(0) { $0 + model.time(of: $1).total }
      #expect(abs(sketch.total - total) < 1e-9 * total)
      #expect(abs(sketch.terms.reduce(0, +) - total) < 1e-9 * total)
      let idle = sketch.terms[(3 * NetworkSketch.kindCount)...].reduce(0, +)
      #expect(abs(sketch.idle - idle) < 1e-9 * total)
      #expect((idle > 0) == !workload.idleKernels.isEmpty)
      // Nine times the shares of the kinds add up to nine; log time and log number stand behind them.
      #expect(abs(sketch.traits.dropLast(2).reduce(0) { $0 + $1 * $1 } - 9) < 1e-9)
      #expect(abs(sketch.traits[sketch.traits.count - 1] - log(Double(executed.count))) < 1e-12)
    }
  }

  @Test("compares decisions only within one space")
  func decisions() throws {
    let network = try ReferenceNetworks.tiny()
    func sketch(_ space: String?, _ key: String) -> NetworkSketch {
      NetworkSketch(
        InferenceWorkload(
          network, origin: space.map { InferenceWorkload.Origin(space: $0, key: key) }),
        on: .generic)
    }
    let one = sketch("a", "012340")
    #expect(one.differingDecisions(from: one) == 0)
    #expect(one.differingDecisions(from: sketch("a", "112341")) == 2)
    #expect(one.differingDecisions(from: sketch("b", "012340")) == nil)
    #expect(one.differingDecisions(from: sketch("a", "01234")) == nil)
    #expect(one.differingDecisions(from: sketch(nil, "")) == nil)
    #expect(sketch(nil, "").differingDecisions(from: sketch(nil, "")) == nil)
  }

  @Test("finds kernels alike by their sizes, and never those of different kinds")
  func likeness() {
    func executed(
      _ channels: Int, _ side: Int, _ kernel: Int, isIdle: Bool = false
    ) -> ExecutedKernel {
      ExecutedKernel(
        kernel: FitFixtures.convolution(channels: channels, side: side, kernel: kernel),
        isIdle: isIdle)
    }
    let one = executed(16, 8, 3)
    #expect(one.likeness(to: one) == 1)
    // An octave of inputs and one of outputs; an octave of height; half a window.
    #expect(abs(one.likeness(to: executed(32, 8, 3)) - exp(-2.0 / 18)) < 1e-12)
    #expect(abs(one.likeness(to: executed(16, 16, 3)) - exp(-1.0 / 18)) < 1e-12)
    #expect(abs(one.likeness(to: executed(16, 8, 5)) - exp(-1.0 / 18)) < 1e-12)
    #expect(abs(one.likeness(to: executed(16, 8, 3, isIdle: true)) - exp(-0.5 / 18)) < 1e-12)
    #expect(one.likeness(to: executed(16, 8, 1)) == 0)
  }
}
