import Formats
public import Scenes
public import Settings
import Work

/// How a model that is looked at is read.
public struct ViewedModelSettings: SettingsGroup {
  @Setting("Which axis points up in the model; without it z for STL and 3MF, y for the others.")
  public var up: UpAxis? = nil

  @Setting(
    "Which of the variants in the file is shown, by name; without it what the file begins with.")
  public var variant: String? = nil

  public init() {}
}

/// A model to be looked at.
enum UprightScene {
  /// The model with +y up, and the axis that was up in its file.
  static func read(
    _ path: String, _ options: ViewedModelSettings, _ work: WorkContext
  ) throws -> (scene: Scene, up: UpAxis) {
    var scene = try SceneFile.read(path, log: work.log, cancellation: work.cancellation)
    guard scene.triangleCount > 0 else {
      throw InputError("no-triangles", "the model holds no triangles", path)
    }
    if let name = options.variant {
      guard let variant = scene.variants.firstIndex(of: name) else {
        let known = scene.variants.map { "\"\($0)\"" }.joined(separator: ", ")
        throw UsageError(
          "\(path) has no variant \"\(name)\"; "
            + (known.isEmpty ? "the file has none" : "the file has \(known)"))
      }
      scene = scene.showing(variant: variant)
    }
    let up = try options.up ?? SceneFormat.inside(path).usualUp
    return (scene.turned(from: up, to: .y), up)
  }
}
