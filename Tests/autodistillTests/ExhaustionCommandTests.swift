import TestSupport
import Testing

@Suite(
  "autodistill where the system refuses memory and threads in the middle of its work",
  Program.isBuilt)
struct ExhaustionCommandTests {
  /// Runs a benchmark with an address space of so many KiB.
  private func bench(kibibytes: Int, _ options: String) throws -> Program.Ended {
    try Program.Running(
      [
        "-c",
        "ulimit -c 0; ulimit -v \(kibibytes); exec \"$0\" bench training --seconds 1 \(options)",
        try #require(Program.path),
      ], of: "/bin/sh"
    ).end()
  }

  @Test("ends with status 5 and says how much memory a training wanted")
  func memory() throws {
    let ended = try bench(kibibytes: 1_000_000, "--network T --batch 4096")
    #expect(ended.status == 5, "\(ended.errors.suffix(500))")
    #expect(ended.errors.hasPrefix("autodistill: error: out of memory: the system refuses "))
    #expect(
      ended.errors.contains(" MiB for activations and weights") && !ended.errors.contains("Fatal"))
  }

  @Test("ends with status 5 and says that a thread cannot be started")
  func threads() throws {
    // Each has room for its stack, 8 MiB.
    let ended = try bench(kibibytes: 1_000_000, "--network S --batch 400 --threads 200")
    #expect(ended.status == 5, "\(ended.errors.suffix(500))")
    #expect(ended.errors.hasPrefix("autodistill: error: cannot start a thread: "))
    #expect(!ended.errors.contains("Fatal"))
  }
}
