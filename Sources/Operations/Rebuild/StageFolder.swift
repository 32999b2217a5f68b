import Foundation
import Formats
import Imaging
import Reconstruction
import Scenes
import Work

/// Where what each step of rebuilding leaves is put, for eyes: masks and depth as PNG, surfaces as PLY.
struct StageFolder {
  private let path: String

  init(_ path: String) { self.path = path }

  func keep(_ stage: RebuildStage, _ work: WorkContext) throws {
    switch stage {
    case .mesh(let name, let mesh):
      let file = "\(path)/\(name).ply"
      _ = try ModelOutput.write(
        Scene(mesh: mesh, unit: .meters), as: try SceneFormat(path: file, writing: true), to: file,
        work)
    case .picture(let name, let image):
      let stem = (name as NSString).deletingPathExtension
      try StagedFile.write(try ImageFile.encodePNG(image), to: "\(path)/\(stem).png")
    }
  }

  /// The pictures as they go into rebuilding: straight, with the object as alpha.
  func keep(_ views: [SourceView]) throws {
    for view in views {
      let stem = (view.name as NSString).deletingPathExtension
      try StagedFile.write(
        try ImageFile.encodePNG(view.image), to: "\(path)/views/\(stem).png")
    }
  }
}
