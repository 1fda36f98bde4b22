import Foundation

/// How often what was lost is tried again.
///
/// A process that dies by what it does itself will mostly do so again. One that is ended from outside, by a
/// user, a batch system or a kernel that has run out of memory, says nothing about its task: it is tried again
/// after pauses that grow, and where nothing gets on for a long time, the run ends and keeps everything.
package struct RetryPolicy: Hashable, Sendable {
  /// Attempts that a task has where its process ends by itself or by a limit of the study.
  package var attempts = 2
  /// How often in a row a task's process may be ended from outside while no other task gets on either.
  package var mostKills = 10
  /// Starts in a row that may fail by themselves before anything is given up.
  package var mostFailedStarts = 3
  /// The pause after the second kill in a row, in seconds; after each further one it is twice as long.
  package var firstPauseSeconds = 0.5
  package var longestPauseSeconds = 60.0

  package init() {}

  /// Returns how long to wait after so many kills in a row, in seconds. One kill is no reason to wait.
  package func pauseSeconds(afterKills count: Int) -> Double {
    count < 2 ? 0 : min(longestPauseSeconds, firstPauseSeconds * exp2(Double(count - 2)))
  }
}
