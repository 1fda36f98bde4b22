import Foundation

/// Standard input, output and error.
enum StandardStreams {
  /// Takes the numbers of those that are closed, so that no file gets them: what is printed would go into the
  /// journal. Reading and printing fail as before.
  static func reserve() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest number that is free is this one.
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }
}
