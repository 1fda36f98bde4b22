import FileFormats
import Foundation
import Synchronization

/// Searches of one table from many seeds.
public enum ReplaySearches {
  /// Returns the searches in the order of the seeds, whatever the number of threads.
  ///
  /// - Parameters:
  ///   - threads: How many seeds are searched at once. Proposals are timed by the wall clock, so more
  ///     than there are idle cores makes them look slow.
  ///   - finished: Called after each search, on its thread.
  /// - Throws: The error of the first seed that has one; the seeds after it may not be searched.
  public static func run(
    _ table: ReplayTable, _ settings: ReplaySettings, seeds: ClosedRange<UInt64>, threads: Int,
    finished: @escaping @Sendable (ReplayRun) -> Void = { _ in }
  ) throws -> [ReplayRun] {
    let shared = Progress(seeds: Array(seeds))
    let group = DispatchGroup()
    for _ in 0..<min(threads, shared.seeds.count) {
      group.enter()
      let thread = Thread {
        while let index = shared.next() {
          let result = Result {
            try ReplayRun(table, settings, seed: shared.seeds[index])
          }
          shared.record(result, at: index)
          if case .success(let run) = result { finished(run) }
        }
        group.leave()
      }
      // As much as the main thread has: hypervolumes recurse.
      thread.stackSize = 8 << 20
      thread.start()
    }
    group.wait()
    return try shared.results()
  }

  /// Which seeds are taken, and what became of them.
  private final class Progress: Sendable {
    let seeds: [UInt64]
    private let state = Mutex(State())

    private struct State {
      var taken = 0
      var results: [Int: Result<ReplayRun, any Error>] = [:]
      var hasFailed = false
    }

    init(seeds: [UInt64]) { self.seeds = seeds }

    /// Returns the index of the next seed; nil if there is none, or a search has failed.
    func next() -> Int? {
      state.withLock { state in
        guard state.taken < seeds.count, !state.hasFailed else { return nil }
        state.taken += 1
        return state.taken - 1
      }
    }

    func record(_ result: Result<ReplayRun, any Error>, at index: Int) {
      state.withLock { state in
        if case .failure = result { state.hasFailed = true }
        state.results[index] = result
      }
    }

    func results() throws -> [ReplayRun] {
      try state.withLock { state in
        try state.results.sorted { $0.key < $1.key }.map { try $0.value.get() }
      }
    }
  }
}

extension ReplaySearches {
  /// Writes which architecture each search tried when: columns `seed`, `evaluation` (from 1) and
  /// `key`.
  ///
  /// - Throws: `FileFormatError.system`.
  public static func writeTrajectories(
    _ runs: [ReplayRun], of table: ReplayTable, to path: String
  ) throws {
    var text = "seed,evaluation,key\n"
    for run in runs {
      for (index, row) in run.rows.enumerated() {
        text += "\(run.seed),\(index + 1),\(table.keys[row])\n"
      }
    }
    try AtomicFile.write(text, to: path)
  }
}
