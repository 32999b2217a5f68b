import Formats
import Geometry
import Scenes
import Work

/// A model read for a verb that works on one mesh.
struct MeshInput {
  let scene: Scene
  /// Everything the scene shows, in one mesh and in world coordinates.
  let mesh: Mesh

  /// Enters the phase "read".
  static func read(_ path: String, _ work: WorkContext) throws -> MeshInput {
    work.progress.enter("read")
    let scene = try SceneFile.read(path, log: work.log)
    guard scene.triangleCount > 0 else {
      throw InputError("no-triangles", "the model holds no triangles", path)
    }
    try work.checkCancelled()
    return MeshInput(scene: scene, mesh: scene.merged())
  }

  /// Writes a mesh that takes the place of what was read. Materials, texture coordinates and colours are
  /// not carried over yet, and that is said.
  func write(
    _ mesh: Mesh, as format: SceneFormat, to path: String, _ work: WorkContext
  ) throws -> [Artifact] {
    if !scene.materials.isEmpty || !self.mesh.attributes.uvs.isEmpty
      || !self.mesh.attributes.colors.isEmpty
    {
      work.log.warn("materials, texture coordinates and colours are left behind")
    }
    let result = try Convert.scaled(
      Scene(mesh: mesh, unit: scene.unit), to: format, nil, work.log)
    return try ModelOutput.write(result, as: format, to: path, work)
  }
}
