import Foundation
import RandomStreams
import Testing

@testable import HardwareProfiles

@Suite("the fit of a correction's scales")
struct CorrectionScaleFitTests {
  private func fit(
    _ count: Int, _ kind: FitFixtures.Kind, _ random: inout RandomStream
  ) throws -> CorrectionScaleFit {
    let sketches = try FitFixtures.workloads(count, kind, &random).map {
      NetworkSketch($0, on: .generic)
    }
    let unit = sketches.map(\.total).reduce(0, +) / Double(count)
    return CorrectionScaleFit(
      covariances: MeasuredCovariances(
        sketches, kernels: FitFixtures.kernels(of: sketches), unit: unit),
      errors: sketches.map { 0.3 * random.normal() * $0.total / unit },
      totals: sketches.map { $0.total / unit },
      weights: sketches.map { _ in 0.1 + random.uniform() })
  }

  @Test("has the gradient of its loss", arguments: FitFixtures.Kind.allCases)
  func gradient(kind: FitFixtures.Kind) throws {
    var random = RandomStream(seed: 31, purpose: "scales")
    let fit = try fit(9, kind, &random)
    for _ in 0..<4 {
      let point = FitFixtures.scales(&random).point
      let gradient = fit.loss(point).gradient
      for index in point.indices {
        // Of fourth order, so that neither the step nor rounding shows in the fifth digit.
        func value(_ steps: Double) -> Double {
          var moved = point
          moved[index] += 1e-3 * steps
          return fit.loss(moved).value
        }
        let difference = (8 * (value(1) - value(-1)) - (value(2) - value(-2))) / (12 * 1e-3)
        #expect(
          abs(gradient[index] - difference) <= 1e-5 * max(abs(difference), 0.1),
          "\(CorrectionScales.named[index].key): \(gradient[index]), \(difference)")
      }
    }
  }

  @Test("ends lower than it began, and where the gradient all but vanishes")
  func minimum() throws {
    var random = RandomStream(seed: 32, purpose: "scales")
    let fit = try fit(30, .keysAndIdleKernels, &random)
    let start = CorrectionScales()
    let end = fit.scales(from: start)
    #expect(fit.loss(end.point).value < fit.loss(start.point).value - 0.5)
    func steepness(_ scales: CorrectionScales) -> Double {
      fit.loss(scales.point).gradient.map(abs).max() ?? 0
    }
    #expect(steepness(end) < 0.1 * steepness(start))
  }

  @Test("has an infinite loss beyond all bounds")
  func bounds() throws {
    var random = RandomStream(seed: 33, purpose: "scales")
    let fit = try fit(5, .plain, &random)
    for index in CorrectionScales.named.indices {
      var point = CorrectionScales().point
      point[index] += 9
      #expect(fit.loss(point).value == .infinity)
      point[index] = .nan
      #expect(fit.loss(point).value == .infinity)
    }
  }

  @Test("sees scales as logarithms, the power as it is")
  func points() {
    var scales = CorrectionScales()
    #expect(scales.point[0] == log(0.5) && scales.point[10] == 0.8)
    let point = scales.point.map { $0 + 1 }
    scales.point = point
    #expect(abs(scales.launch - 0.5 * exp(1)) < 1e-12 && scales.noisePower == 1.8)
    #expect(CorrectionScales.named.count == point.count)
    #expect(Set(CorrectionScales.named.map(\.key)).count == point.count)
    // Noise 0.06, power 0.8: 0.0036 · 4^1.6 at four times the typical latency.
    let noise = CorrectionScales().noiseVariance(relativeLatency: 4)
    #expect(abs(noise - 0.0036 * pow(4, 1.6)) < 1e-15)
  }
}
