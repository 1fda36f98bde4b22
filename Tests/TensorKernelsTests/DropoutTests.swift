import RandomStreams
import Testing

@testable import TensorKernels

@Suite("dropout")
struct DropoutTests {
  private let stream = RandomStream(seed: 5, purpose: "dropout", 1, 2)

  private func dropped(_ input: [Float], rate: Double, stream: RandomStream? = nil) -> [Float] {
    let output = GuardedBuffer(count: input.count)
    dropout(
      padded(input), rate: rate, stream: stream ?? self.stream,
      into: output.pointer, count: input.count)
    output.expectGuards()
    return output.values
  }

  @Test("drops about its rate and scales the others", arguments: [0.0, 0.1, 0.5, 0.9])
  func mask(rate: Double) {
    let count = 20_000
    let mask = dropped([Float](repeating: 1, count: count), rate: rate)
    let scale = Float(1 / (1 - rate))
    #expect(mask.allSatisfy { $0 == 0 || $0 == scale })
    let zeros = Double(mask.filter { $0 == 0 }.count)
    let deviation = (rate * (1 - rate) * Double(count)).squareRoot()
    #expect(abs(zeros - rate * Double(count)) <= 4 * deviation)
  }

  @Test("multiplies by its mask, so that the mask is its gradient", arguments: [1, 17, 100])
  func gradients(count: Int) {
    var random = RandomStream(seed: 6, purpose: "dropout test", count)
    let input = random.floats(count)
    let gradient = random.floats(count)
    let mask = dropped([Float](repeating: 1, count: count), rate: 0.4)
    func reference(_ input: [Double]) -> [Double] {
      zip(input, mask).map { $0 * Double($1) }
    }
    expectClose(dropped(input, rate: 0.4), reference(input.doubles), within: 2e-7)
    expectGradient(
      dropped(gradient, rate: 0.4), of: { dot(gradient, reference($0)) }, at: input,
      within: 2e-7, "input")
  }

  @Test("has another mask for another stream, and the same for the same")
  func streams() {
    let ones = [Float](repeating: 1, count: 100)
    #expect(dropped(ones, rate: 0.5) == dropped(ones, rate: 0.5))
    let other = RandomStream(seed: 5, purpose: "dropout", 1, 3)
    #expect(dropped(ones, rate: 0.5) != dropped(ones, rate: 0.5, stream: other))
  }

  @Test("may work in place")
  func inPlace() {
    var random = RandomStream(seed: 7, purpose: "dropout test")
    let input = random.floats(50)
    let buffer = GuardedBuffer(updating: input)
    dropout(buffer.pointer, rate: 0.3, stream: stream, into: buffer.pointer, count: 50)
    #expect(buffer.values == dropped(input, rate: 0.3))
  }
}
