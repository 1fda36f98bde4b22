import Foundation
import Testing

@testable import Statistics

/// The constants are from mpmath at 60 digits:
/// `mp.log(mp.npdf(z) + z*mp.ncdf(z))` and `mp.log(mp.ncdf(z))`.
@Suite("the normal distribution")
struct NormalDistributionTests {
  @Test(
    "has the log expected improvement of mpmath to 1e-10, tails included",
    arguments: [
      (-100.0, -5010.12957880024979), (-50.0, -1258.74418286846085),
      (-20.5, -217.091868370383125), (-20.0, -206.917838509425098),
      (-19.5, -196.992585617228333), (-12.0, -77.9091005450073483),
      (-5.0, -16.7443011626609901), (-1.0, -2.48512102571264134), (-0.1, -1.047153314072846),
      (0.0, -0.918938533204672742), (0.5, -0.359827683745063819), (3.0, 1.09873966532770777),
      (10.0, 2.30258509299404568),
    ])
  func logExpectedImprovement(z: Double, expected: Double) {
    #expect(abs(NormalDistribution.logExpectedImprovement(z) - expected) < 1e-10)
  }

  @Test(
    "has the log probability of mpmath to 1e-10 relative, tails included",
    arguments: [
      (-100.0, -5005.52420869420509), (-40.0, -804.608442013753788),
      (-20.5, -214.0667289632638), (-20.0, -203.917155371097264),
      (-19.5, -194.016965777497499), (-8.0, -35.0134371599145499),
      (-2.0, -3.78318433368203195), (0.0, -0.693147180559945309), (1.0, -0.17275377902344989),
      (5.0, -2.86651612963763593e-7), (10.0, -7.61985302416052607e-24),
      (30.0, -4.90671392714818706e-198),
    ])
  func logCumulative(z: Double, expected: Double) {
    #expect(abs(NormalDistribution.logCumulative(z) / expected - 1) < 1e-10)
  }

  @Test("holds 95 % within its reach")
  func reach() {
    #expect(abs(NormalDistribution.cumulative(NormalDistribution.reach95) - 0.975) < 1e-15)
  }

  @Test("is finite or −∞, never NaN, for arguments beyond all reason")
  func extremes() {
    for z in [-1e300, -1e10, -1e4, 1e4, 1e10, 1e300] {
      #expect(!NormalDistribution.logExpectedImprovement(z).isNaN)
      #expect(!NormalDistribution.logCumulative(z).isNaN)
    }
  }
}
