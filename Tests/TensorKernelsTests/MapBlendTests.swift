import RandomStreams
import Testing

@testable import TensorKernels

@Suite("maps of another size")
struct MapBlendTests {
  @Test("are means over areas or interpolations between middles, along each axis")
  func taps() {
    func weights(_ length: Int, _ count: Int) -> [[Float]] {
      let taps = AxisBlend.Taps(resizing: length, to: count)
      return (0..<count).map { place in
        var line = [Float](repeating: 0, count: length)
        for tap in taps.starts[place]..<taps.starts[place + 1] {
          line[taps.places[tap]] += taps.weights[tap]
        }
        return line
      }
    }
    #expect(weights(4, 2) == [[0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]])
    #expect(weights(2, 2) == [[1, 0], [0, 1]])
    #expect(weights(2, 4) == [[1, 0], [0.75, 0.25], [0.25, 0.75], [0, 1]])
    #expect(weights(1, 3) == [[1], [1], [1]])
    let thirds = weights(3, 2)
    #expect(abs(thirds[0][0] - 2 / 3) < 1e-6 && abs(thirds[0][1] - 1 / 3) < 1e-6)
    #expect(thirds[0][2] == 0 && thirds[1] == thirds[0].reversed())
  }

  @Test(
    "give back their gradient: the products of either side are the same",
    arguments: [(4, 2, 6, 3), (3, 2, 5, 7), (2, 5, 2, 1), (1, 3, 1, 3)], [1, 16, 19])
  func backward(sizes: (Int, Int, Int, Int), channels: Int) {
    let (height, newHeight, width, newWidth) = sizes
    let blend = MapBlend(height: height, to: newHeight, width: width, to: newWidth)
    let (inputs, outputs) = (2 * height * width * channels, 2 * newHeight * newWidth * channels)
    var random = RandomStream(seed: 1, purpose: "maps", inputs, outputs)
    let (input, gradient) = (random.floats(inputs), random.floats(outputs))
    let (output, inputGradient) = (GuardedBuffer(count: outputs), GuardedBuffer(count: inputs))
    blend.run(padded(input), into: output.pointer, images: 2, channels: channels)
    blend.runBackward(padded(gradient), into: inputGradient.pointer, images: 2, channels: channels)
    output.expectGuards()
    inputGradient.expectGuards()
    func product(_ a: [Float], _ b: [Float]) -> Double {
      zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    #expect(
      abs(product(output.values, gradient) - product(input, inputGradient.values)) < 1e-4)
  }
}
