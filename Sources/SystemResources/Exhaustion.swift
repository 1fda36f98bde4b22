import Synchronization

/// What becomes of the process where the system refuses what nothing can continue without: memory for a plan or for
/// linear algebra, a thread of a team.
///
/// Neither is thrown: the callers are in the middle of a step, on any thread, and could only end as well. A program
/// says once how it ends, so that people get a message and an exit status; where none has, it traps.
public enum Exhaustion {
  private static let ending = Mutex<@Sendable (_ message: String) -> Never>({ fatalError($0) })

  /// Has the process end by `end` from now on, which may be called on any thread.
  public static func install(_ end: @escaping @Sendable (_ message: String) -> Never) {
    ending.withLock { $0 = end }
  }

  /// Ends the process.
  ///
  /// - Parameter message: What was refused, for people.
  public static func end(_ message: String) -> Never {
    let end = ending.withLock { $0 }
    end(message)
  }
}
