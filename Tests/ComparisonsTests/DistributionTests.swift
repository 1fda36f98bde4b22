import Statistics
import Testing

@testable import Comparisons

/// References: SciPy 1.x, `stats.t` and `stats.norm`.
@Suite("tails and quantiles")
struct DistributionTests {
  @Test(
    "of Student's t",
    arguments: [
      (2.1, 3.7, 0.10926470508222474, 2.8675207071911895),
      (0.3, 1, 0.8144528418445154, 12.706204736174694),
      (5, 50, 7.4332122472325795e-06, 2.008559112100761),
      (1.5, 1e6, 0.1336147182367928, 1.959966356814107),
    ])
  func student(t: Double, freedom: Double, probability: Double, reach: Double) {
    let student = StudentDistribution(freedom: freedom)
    #expect(abs(student.twoSidedProbability(of: t) / probability - 1) < 1e-9)
    #expect(student.twoSidedProbability(of: -t) == student.twoSidedProbability(of: t))
    #expect(abs(student.reach(of: 0.95) / reach - 1) < 1e-9)
  }

  @Test("of Student's t with endless freedom are the normal ones")
  func endless() {
    let student = StudentDistribution(freedom: .infinity)
    #expect(abs(student.reach(of: 0.95) - NormalDistribution.reach95) < 1e-12)
    #expect(student.twoSidedProbability(of: 0) == 1)
  }

  @Test(
    "of the normal distribution",
    arguments: [
      (0.025, -1.9599639845400545), (0.5, 0), (0.999, 3.090232306167813),
      (1e-12, -7.034483825301131),
    ])
  func normal(probability: Double, z: Double) {
    #expect(abs(NormalDistribution.quantile(probability) - z) < 1e-9)
  }
}
