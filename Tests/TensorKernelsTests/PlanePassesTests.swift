import RandomStreams
import TensorKernels
import Testing

@Suite("the passes over planes")
struct PlanePassesTests {
  /// Positions that end in every strand of a sum.
  static let positions = [1, 2, 3, 4, 5, 6, 7, 49, 196]
  static let frames = [(1, 1, 0), (1, 1, 1), (3, 5, 1), (7, 7, 2), (4, 2, 3), (14, 14, 1)]

  /// A frame of NaN whose border is cleared, as a plan does once, and that is filled twice.
  private func fill(
    _ frame: (height: Int, width: Int, padding: Int),
    _ body: (UnsafeMutablePointer<Float>, PlaneFrame) -> Void
  ) -> [Float] {
    let shape = PlaneFrame(height: frame.height, width: frame.width, border: frame.padding)
    let (rows, columns) = (frame.height + 2 * frame.padding, frame.width + 2 * frame.padding)
    #expect(shape.pixels == rows * columns)
    #expect(shape.floats == 16 * rows * columns)
    let memory = GuardedBuffer(count: shape.floats)
    shape.clearBorder(memory.pointer)
    body(memory.pointer, shape)
    body(memory.pointer, shape)
    memory.expectGuards("the frame")
    return memory.values
  }

  /// `plane`, `[height · width, 16]`, inside a border of zeros.
  private func framed(
    _ plane: [Double], _ frame: (height: Int, width: Int, padding: Int)
  ) -> [Double] {
    let row = frame.width + 2 * frame.padding
    var result = [Double](repeating: 0, count: 16 * row * (frame.height + 2 * frame.padding))
    for y in 0..<frame.height {
      for i in 0..<16 * frame.width {
        let place = 16 * ((y + frame.padding) * row + frame.padding) + i
        result[place] = plane[16 * y * frame.width + i]
      }
    }
    return result
  }

  @Test("activate into a frame whose border stays zero", arguments: Activation.allCases)
  func activation(activation: Activation) {
    for frame in Self.frames {
      var random = RandomStream(seed: 1, purpose: "passes", frame.0, frame.1)
      let values = random.floats(16 * frame.0 * frame.1, in: -8...8)
      let filled = fill(frame) {
        activatePlane(padded(values), activation: activation, into: $0, shape: $1)
      }
      // Two roundings of numbers up to 8, and a rounded 1/6.
      expectClose(
        filled, framed(values.doubles.map { referenceActivation(activation, $0) }, frame),
        within: 2e-6, "\(frame)")
    }
  }

  @Test("normalise and activate", arguments: Activation.allCases)
  func norm(activation: Activation) {
    for positions in Self.positions {
      var random = RandomStream(seed: 2, purpose: "passes", positions)
      let values = random.floats(16 * positions, in: -4...4)
      let (scale, shift) = (random.floats(16, in: -2...2), random.floats(16, in: -1...2))
      let output = GuardedBuffer(count: 16 * positions)
      normActivatePlane(
        padded(values), scale: padded(scale), shift: padded(shift), activation: activation,
        into: output.pointer, positions: positions)
      output.expectGuards()
      let expected = values.indices.map { i -> Double in
        let z = Double(scale[i % 16]) * Double(values[i]) + Double(shift[i % 16])
        return referenceActivation(activation, z)
      }
      // z is at most 10 and rounded once; hard-swish's slope is at most 1.5.
      expectClose(output.values, expected, within: 3e-6, "\(positions)")
    }
  }

  @Test("scale a plane, and shift it")
  func scaling() {
    for positions in Self.positions {
      var random = RandomStream(seed: 3, purpose: "passes", positions)
      let values = random.floats(16 * positions)
      let (factors, offsets) = (random.floats(16), random.floats(16))
      let (scaled, moved) = (GuardedBuffer(updating: values), GuardedBuffer(updating: values))
      scalePlane(scaled.pointer, by: padded(factors), positions: positions)
      scalePlane(
        moved.pointer, by: padded(factors), adding: padded(offsets), positions: positions)
      scaled.expectGuards()
      moved.expectGuards()
      let products = values.indices.map { Double(values[$0]) * Double(factors[$0 % 16]) }
      expectClose(scaled.values, products, within: 0x1p-24, "scaled")
      expectClose(
        moved.values, products.indices.map { products[$0] + Double(offsets[$0 % 16]) },
        within: 0x1p-23, "moved")
    }
  }

  /// Σ_p values[p, lane].
  private func sums(_ values: [Double]) -> [Double] {
    (0..<16).map { lane in
      stride(from: lane, to: values.count, by: 16).reduce(0) { $0 + values[$1] }
    }
  }

  @Test("sum up means and products, and store only the lanes that exist")
  func reductions() {
    for (index, positions) in Self.positions.enumerated() {
      for lanes in (1...16).map({ $0 == 16 && index % 2 == 0 ? 40 : $0 }) {
        var random = RandomStream(seed: 4, purpose: "passes", positions, lanes)
        let count = min(lanes, 16)
        // Both ends of every activation come up; products are eight times those of `roundingTolerance`.
        let first = random.floats(16 * positions, in: -8...8)
        let second = random.floats(16 * positions)
        let tolerance = 8 * roundingTolerance(terms: positions)
        func expectSums(
          _ name: String, _ expected: [Double], _ body: (UnsafeMutablePointer<Float>) -> Void
        ) {
          let output = GuardedBuffer(count: count)
          body(output.pointer)
          output.expectGuards(name)
          expectClose(
            output.values, Array(sums(expected)[..<count]), within: tolerance,
            "\(name) of \(positions)")
        }
        let share = 1 / Double(positions)
        expectSums("mean", first.doubles.map { $0 * share }) {
          planeMean(padded(first), into: $0, lanes: lanes, positions: positions)
        }
        expectSums("dot", zip(first, second).map { Double($0) * Double($1) }) {
          planeDot(padded(first), padded(second), into: $0, lanes: lanes, positions: positions)
        }
        for activation in Activation.allCases {
          expectSums(
            "\(activation.rawValue)",
            first.doubles.map { referenceActivation(activation, $0) * share }
          ) {
            activationMeanPlane(
              padded(first), activation: activation, into: $0, lanes: lanes, positions: positions)
          }
        }
      }
    }
  }

  /// Channels of an image, the first of a plane's: every number of lanes from 1 to 16, and more.
  static let cuts = (1...16).map { ($0, 0) } + [(17, 16), (24, 16), (24, 0), (40, 32), (33, 16)]

  @Test("gather channels into a frame, with zeros for those that do not exist")
  func gathering() {
    for (index, (channels, first)) in Self.cuts.enumerated() {
      let frame = Self.frames[index % Self.frames.count]
      var random = RandomStream(seed: 5, purpose: "passes", channels, first)
      let image = random.floats(frame.0 * frame.1 * channels)
      let filled = fill(frame) {
        gatherPlane(padded(image), channels: channels, first: first, into: $0, shape: $1)
      }
      let plane = (0..<16 * frame.0 * frame.1).map { i -> Double in
        let channel = first + i % 16
        return channel < channels ? Double(image[i / 16 * channels + channel]) : 0
      }
      #expect(filled.doubles == framed(plane, frame), "\(channels) from \(first)")
    }
  }

  @Test("scatter a plane to its channels only, whether they overwrite or add")
  func scattering() {
    for (channels, first) in Self.cuts {
      for positions in Self.positions {
        var random = RandomStream(seed: 6, purpose: "passes", channels, first, positions)
        let plane = random.floats(16 * positions)
        let before = random.floats(channels * positions)
        for accumulate in [false, true] {
          let output = GuardedBuffer(updating: before)
          scatterPlane(
            padded(plane), into: output.pointer, channels: channels, first: first,
            accumulate: accumulate, positions: positions)
          output.expectGuards()
          let expected = before.indices.map { i -> Float in
            let lane = i % channels - first
            guard lane >= 0, lane < 16 else { return before[i] }
            let value = plane[i / channels * 16 + lane]
            return accumulate ? before[i] + value : value
          }
          #expect(output.values == expected, "\(channels) from \(first), added: \(accumulate)")
        }
      }
    }
  }
}
