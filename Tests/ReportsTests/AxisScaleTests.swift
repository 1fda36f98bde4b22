import Testing

@testable import Reports

@Suite("an axis")
struct AxisScaleTests {
  static let spans: [[Double]] = [
    [0, 1], [0.3, 0.31], [87.2, 92.9], [1, 1.0001], [5], [], [-3, 8], [1e6, 9e7], [0.02, 0.07],
    [0.5, 4.9], [3, 1e5], [1e-4, 1e4], [7, 7, 7], [0, 0], [99.9, 100],
  ]

  @Test("shows every value", arguments: spans, [nil, 4.0])
  func coversValues(values: [Double], logarithmicAbove: Double?) {
    let scale = AxisScale(covering: values, logarithmicAbove: logarithmicAbove)
    for value in values {
      #expect(scale.domain.contains(value))
      #expect((0...1).contains(scale.position(value)))
    }
    #expect(scale.domain.lowerBound < scale.domain.upperBound)
  }

  @Test("has ascending ticks inside its domain, not more than asked for", arguments: spans)
  func ticksAreInside(values: [Double]) {
    for logarithmicAbove in [nil, 4.0] {
      let scale = AxisScale(covering: values, logarithmicAbove: logarithmicAbove)
      for most in [4, 8, 11] {
        let ticks = scale.ticks(atMost: most)
        #expect((2...most).contains(ticks.count), "\(ticks.map(\.label))")
        #expect(ticks.map(\.value) == ticks.map(\.value).sorted())
        #expect(ticks.allSatisfy { scale.domain.contains($0.value) })
      }
    }
  }

  @Test("has labels that differ and say the tick's value", arguments: spans)
  func labelsAreTrue(values: [Double]) throws {
    for logarithmicAbove in [nil, 4.0] {
      let scale = AxisScale(covering: values, logarithmicAbove: logarithmicAbove)
      let ticks = scale.ticks(atMost: 8)
      #expect(Set(ticks.map(\.label)).count == ticks.count)
      for tick in ticks {
        let read = try #require(Double(tick.label))
        #expect(abs(read - tick.value) <= 1e-9 * max(abs(tick.value), 1))
      }
    }
  }

  @Test("is logarithmic only where positive values span more than asked for")
  func kind() {
    #expect(AxisScale(covering: [1, 3.9], logarithmicAbove: 4).kind == .linear)
    #expect(AxisScale(covering: [1, 4.1], logarithmicAbove: 4).kind == .logarithmic)
    #expect(AxisScale(covering: [0, 4.1], logarithmicAbove: 4).kind == .linear)
    #expect(AxisScale(covering: [1, 400]).kind == .linear)
  }

  @Test("puts equal ratios at equal distances where it is logarithmic")
  func logarithmicPositions() {
    let scale = AxisScale(covering: [1, 16], logarithmicAbove: 4)
    let positions = [1.0, 2, 4, 8, 16].map(scale.position)
    for (a, b) in zip(positions, positions.dropFirst()) {
      #expect(abs((b - a) - (positions[1] - positions[0])) < 1e-12)
    }
  }

  @Test("keeps its limits and its least span")
  func limits() {
    let scale = AxisScale(covering: [99, 99.5], minimumSpan: 3, limits: 0...100)
    #expect(scale.domain.upperBound == 100)
    #expect(scale.domain.upperBound - scale.domain.lowerBound > 2)
    #expect(AxisScale(covering: [0.1, 5], limits: 0...Double.infinity).domain.lowerBound == 0)
  }

  @Test("chooses round numbers")
  func roundNumbers() {
    let percent = AxisScale(covering: [84, 92]).ticks(atMost: 8).map(\.label)
    #expect(percent == ["84", "86", "88", "90", "92"])
    let latency = AxisScale(covering: [0.4, 9], logarithmicAbove: 4).ticks(atMost: 10)
    #expect(latency.map(\.label) == ["0.5", "0.7", "1", "2", "3", "5", "7", "10"])
  }
}
