/// The program's version, which journals, profiles and reports carry.
enum ProgramVersion {
  static let current = "0.1.0"
}
