import Testing

@testable import TensorKernels

@Suite("an activation")
struct ActivationTests {
  private func evaluate(_ activation: Activation, _ z: Float) -> (value: Float, slope: Float) {
    func both<F: PointwiseFunction>(_: F.Type) -> (Float, Float) {
      let vector = Vector(repeating: z)
      return (F.value(vector)[0], F.slope(vector)[0])
    }
    switch activation {
    case .identity: return both(IdentityFunction.self)
    case .relu: return both(ReLUFunction.self)
    case .relu6: return both(ReLU6Function.self)
    case .hardSwish: return both(HardSwishFunction.self)
    }
  }

  @Test("has its defined value everywhere", arguments: Activation.allCases)
  func values(activation: Activation) {
    for step in -400...800 {
      let z = Float(step) / 64
      let expected = referenceActivation(activation, Double(z))
      // One multiplication by a rounded 1/6.
      #expect(
        abs(Double(evaluate(activation, z).value) - expected) <= 2e-7 * max(1, abs(expected)))
    }
  }

  @Test("has the slope of its value away from kinks", arguments: Activation.allCases)
  func slopes(activation: Activation) {
    for step in -400...800 {
      let z = Float(step) / 64 + 1 / 128
      let difference =
        (referenceActivation(activation, Double(z) + 1e-6)
          - referenceActivation(activation, Double(z) - 1e-6)) / 2e-6
      #expect(abs(Double(evaluate(activation, z).slope) - difference) < 1e-6)
    }
  }

  @Test("is flat at the kinks of the rectifiers, as in PyTorch")
  func kinks() {
    #expect(evaluate(.relu, 0).slope == 0)
    #expect(evaluate(.relu6, 0).slope == 0)
    #expect(evaluate(.relu6, 6).slope == 0)
  }

  @Test("has the slope of hard-swish at −3 and 3 that PyTorch takes")
  func hardSwishKinks() {
    #expect(evaluate(.hardSwish, -3).slope == 0)
    #expect(evaluate(.hardSwish, 3).slope == 1)
  }

  @Test("is written in files by its name")
  func names() {
    #expect(
      Activation.allCases.map(\.rawValue) == ["identity", "relu", "relu6", "hard_swish"])
  }
}
