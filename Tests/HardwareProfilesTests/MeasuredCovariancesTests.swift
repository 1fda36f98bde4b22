import RandomStreams
import Testing

@testable import HardwareProfiles
@testable import Statistics

@Suite("the covariances of measured networks")
struct MeasuredCovariancesTests {
  @Test(
    "are the pairwise ones, symmetric and positive semidefinite",
    arguments: FitFixtures.Kind.allCases)
  func matrices(kind: FitFixtures.Kind) throws {
    var random = RandomStream(seed: 21, purpose: "covariances")
    let count = 12
    let sketches = try FitFixtures.workloads(count, kind, &random).map {
      NetworkSketch($0, on: .generic)
    }
    let covariances = MeasuredCovariances(
      sketches, kernels: FitFixtures.kernels(of: sketches), unit: 2000)
    for _ in 0..<5 {
      let scales = FitFixtures.scales(&random)
      let matrix = covariances.sum(scales)
      var largest = 0.0
      for i in 0..<count {
        for j in 0..<count {
          let expected = FitTextbook.covariance(
            sketches[i], sketches[j], scales, unit: 2000, isSame: i == j)
          #expect(abs(matrix[i * count + j] - expected) < 1e-9 * abs(expected))
          #expect(matrix[i * count + j] == matrix[j * count + i])
          largest = max(largest, expected)
        }
      }
      // A hair on the diagonal makes a semidefinite matrix definite, and no other.
      var lifted = matrix
      for i in 0..<count { lifted[i * count + i] += 1e-9 * largest }
      #expect(SymmetricFactor(lifted, order: count) != nil)
    }
  }

  /// With a single scale above 0 the matrix is that part alone.
  @Test("are semidefinite part by part, and leave out the parts of kinds where asked to")
  func parts() throws {
    var random = RandomStream(seed: 22, purpose: "covariances")
    let count = 15
    let sketches = try FitFixtures.workloads(count, .keysAndIdleKernels, &random).map {
      NetworkSketch($0, on: .generic)
    }
    let covariances = MeasuredCovariances(
      sketches, kernels: FitFixtures.kernels(of: sketches), unit: 2000)
    for (part, row) in CorrectionPart.all.enumerated() {
      var scales = CorrectionScales()
      for other in CorrectionPart.all { scales[keyPath: other.scale.path] = 0 }
      scales[keyPath: row.scale.path] = 1
      var matrix = covariances.sum(scales)
      let largest = matrix.max() ?? 0
      #expect(largest > 0)
      let without = covariances.sum(scales, withKinds: false)
      #expect(without == (part < 3 ? matrix.map { _ in 0 } : matrix))
      for i in 0..<count { matrix[i * count + i] += 1e-9 * largest }
      #expect(SymmetricFactor(matrix, order: count) != nil, "part \(part)")
    }
  }

  /// Two keys that differ in one of six decisions: 5/6 of the decisions, 1/√e of the context.
  @Test("of decisions and contexts are what a hand computes")
  func byHand() throws {
    let network = try ReferenceNetworks.tiny()
    let sketches = ["012340", "012341"].map { key in
      NetworkSketch(
        .init(network, origin: .init(space: "a", key: key)), on: .generic)
    }
    let total = sketches[0].total
    var scales = CorrectionScales()
    for part in CorrectionPart.all { scales[keyPath: part.scale.path] = 0 }
    scales.decisions = 2
    func covariance() -> Double {
      MeasuredCovariances(
        sketches, kernels: FitFixtures.kernels(of: sketches), unit: total / 3
      ).sum(scales)[1]
    }
    #expect(abs(covariance() - 4 * 5 / 6) < 1e-12)
    scales.decisions = 0
    scales.context = 2
    #expect(abs(covariance() - 4 * 9 * 0.6065306597126334) < 1e-9)
    scales.context = 0
    scales.network = 1
    #expect(abs(covariance() - 9) < 1e-9)
  }
}
