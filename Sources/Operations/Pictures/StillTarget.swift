import Foundation
public import Settings
import Views
import Work

/// How a still is stored.
public enum StillFormat: String, SettingChoice {
  case png, jpg, webp, exr

  var mediaType: String {
    switch self {
    case .png: "image/png"
    case .jpg: "image/jpeg"
    case .webp: "image/webp"
    case .exr: "image/x-exr"
    }
  }
}

/// Where stills go, known before any work is done: one file's name, which several views and their numbers
/// add to, or a folder.
struct StillTarget {
  let format: StillFormat
  /// The folder with its slash, and what all names begin with.
  private let start: String
  /// The ending of pictures, as it was given.
  private let ending: String
  private let isFolder: Bool

  init(path: String, format wanted: StillFormat?) throws {
    let url = URL(fileURLWithPath: path)
    let ending = url.pathExtension.lowercased()
    let existing = try? FileManager.default.attributesOfItem(atPath: path)
    isFolder =
      path.hasSuffix("/") || ending.isEmpty
      || existing?[.type] as? FileAttributeType == .typeDirectory
    if isFolder {
      format = wanted ?? .png
      start = path.hasSuffix("/") ? path : path + "/"
      self.ending = format.rawValue
      return
    }
    guard let known = StillFormat(rawValue: ending == "jpeg" ? "jpg" : ending) else {
      throw UsageError(
        ".\(ending) is not written; a still is .png, .jpg, .webp or .exr, or goes into a folder (end its "
          + "name with a slash)")
    }
    if let wanted, wanted != known {
      throw UsageError("--format \(wanted.rawValue) does not fit \(path); leave one of them off")
    }
    format = known
    self.ending = url.pathExtension
    start = String(path.dropLast(ending.count + 1))
  }

  /// All files, the first view's picture first.
  func paths(_ options: RenderStillsSettings) -> [String] {
    let layers = format == .exr ? [] : options.aov.map(\.rawValue)
    return options.views.flatMap { view in
      ([nil] + layers).map { path(view: view.name, isOnly: options.views.count == 1, layer: $0) }
    }
  }

  /// The file of a view, or of its numbers.
  func path(view: String, isOnly: Bool, layer: String? = nil) -> String {
    let ending = layer == nil ? ending : "png"
    let parts = [isFolder || !isOnly ? view : nil, layer].compactMap { $0 }
    let joined = parts.joined(separator: "_")
    if isFolder { return start + joined + "." + ending }
    return start + (joined.isEmpty ? "" : "_" + joined) + "." + ending
  }
}
