import Formats
public import Geometry
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

/// What is looked at.
public enum ViewedModel: Sendable {
  case file(String)
  /// With y up, if nothing else is said.
  case mesh(Mesh)

  /// How it is called in sentences.
  var name: String {
    switch self {
    case .file(let path): path
    case .mesh: "the mesh"
    }
  }

  func scene(_ work: WorkContext) throws -> Scene {
    switch self {
    case .file(let path):
      return try SceneFile.read(path, log: work.log, cancellation: work.cancellation)
    case .mesh(let mesh):
      var scene = Scene()
      scene.shapes = [Scene.Shape(parts: [Scene.Shape.Part(mesh: mesh)])]
      scene.nodes = [Scene.Node(shape: 0)]
      scene.roots = [0]
      return scene
    }
  }

  func usualUp() throws -> UpAxis {
    switch self {
    case .file(let path): try SceneFormat.inside(path).usualUp
    case .mesh: .y
    }
  }
}

/// A model to be looked at.
enum UprightScene {
  /// The model with +y up, and the axis that was up in its file.
  static func read(
    _ model: ViewedModel, _ options: ViewedModelSettings, _ work: WorkContext
  ) throws -> (scene: Scene, up: UpAxis) {
    var scene = try model.scene(work)
    let path = model.name
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
    let up = try options.up ?? model.usualUp()
    return (scene.turned(from: up, to: .y), up)
  }
}
