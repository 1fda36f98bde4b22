import Foundation
import Synchronization

/// Whether the user has asked to stop, with Ctrl-C or SIGTERM.
///
/// The first signal stops the study at the next safe moment; a second one ends the process at once,
/// which is safe too, only rougher.
enum Interruption {
  private static let requested = Atomic<Bool>(false)

  static var isRequested: Bool { requested.load(ordering: .relaxed) }

  static func install() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        if Interruption.requested.exchange(true, ordering: .relaxed) { _exit(128 + number) }
      }
    }
  }
}
