import FileFormats
import Foundation

extension Deployment {
  /// Returns for each file of each version whether it is what was exported; nothing is changed.
  ///
  /// - Parameter folder: The study's, in which the deployment lies.
  /// - Throws: `FileFormatError` if a file is there and cannot be read.
  public func verification(in folder: StudyFolder) throws -> [StudyVerification.Item] {
    var items: [StudyVerification.Item] = []
    for number in versions() {
      let place = folder.relative(self.folder(of: number))
      let version: DeployedVersion
      do {
        version = try self.version(number)
      } catch {
        items.append(
          .init(
            path: "\(place)/\(DeployedVersion.fileName)", condition: .damaged, detail: "\(error)"))
        continue
      }
      for file in version.files {
        let path = "\(place)/\(file.path)"
        let found = try folder.hash(of: path)
        let isIntact = found == file.sha256
        items.append(
          .init(
            path: path, condition: isIntact ? .intact : found == nil ? .missing : .damaged,
            detail: isIntact ? "" : "SHA-256 \(found ?? "of nothing"), expected \(file.sha256)"))
      }
    }
    return items
  }
}
