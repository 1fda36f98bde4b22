import Distillation
import NeuralNetworks
import Testing

@testable import Benchmarks

@Suite("the benchmarks of this machine", .serialized)
struct BenchmarkTests {
  @Test("measure a training and divide its time among kernels")
  func training() throws {
    let measured = try TrainingBenchmark(batch: 8, threads: 1, seconds: 0.05).measure(.small)
    #expect(measured.network == "S" && measured.batch == 8 && measured.steps >= 30)
    #expect(measured.meanSeconds > 0 && measured.arenaBytes > 0)
    #expect(measured.kernelMilliseconds.values.reduce(0, +) > 0)
    let peak = MachinePeaks.Rates(gflops: 1e9, gigabytesPerSecond: 1e9)
    #expect(measured.shareOfRoofline(peak) > 0 && measured.shareOfRoofline(peak) < 1e-3)
  }

  @Test("measure a training with losses on two stages, and say what they compare")
  func losses() throws {
    let losses = [
      LossTerm(HintRule(), student: "stage1"), LossTerm(AttentionRule(), student: "stage2"),
    ]
    let plain = try TrainingBenchmark(batch: 8, threads: 1, seconds: 0.05).measure(.small)
    let measured = try TrainingBenchmark(batch: 8, threads: 1, seconds: 0.05, losses: losses)
      .measure(.small)
    #expect(plain.comparisons.isEmpty && measured.comparisons.count == 2)
    #expect(measured.comparisons.first?.hasPrefix("hint compares") == true)
    let loss = KernelKind.loss
    #expect(measured.kernelMilliseconds[loss] ?? 0 > plain.kernelMilliseconds[loss] ?? 0)
  }

  @Test("measure an inference")
  func inference() throws {
    let measured = try InferenceBenchmark(seconds: 0.05).measure(.small)
    #expect(measured.minimumMicroseconds > 0)
    #expect(measured.minimumMicroseconds <= measured.medianMicroseconds)
    #expect(measured.medianMicroseconds <= measured.p95Microseconds && measured.macs == 510_420)
    // Two operations a multiply–add: two million in a millisecond.
    let known = InferenceMeasurement(
      network: "S", precision: .fp32, macs: 1_000_000, minimumMicroseconds: 900,
      medianMicroseconds: 1000,
      p95Microseconds: 2000)
    #expect(known.gflops == 2)
  }

  @Test("find peaks above 0, and the same ones when asked again")
  func peaks() {
    var peaks = MachinePeaks()
    let first = peaks.of(threads: 1)
    #expect(first.gflops > 0.1 && first.gigabytesPerSecond > 0.01)
    let again = peaks.of(threads: 1)
    #expect(first.gflops == again.gflops && first.gigabytesPerSecond == again.gigabytesPerSecond)
  }
}
