import Geometry
import Scenes

/// A material with its textures resolved: which picture, which of two UV channels, which transform.
struct PreparedMaterial: Sendable {
  struct Map: Sendable, Equatable {
    /// Which of the scene's prepared pictures.
    let picture: Int
    /// 0 or 1: which of the UV sets in `uvSets`.
    let channel: Int
    let transform: UVTransform
  }

  var source: Material
  /// The mesh's UV sets behind the two channels.
  var uvSets: [Int] = []
  var baseColor: Map?
  var metallicRoughness: Map?
  var normal: Map?
  var occlusion: Map?
  var emissive: Map?

  var isBlended: Bool { source.alphaMode == .blend }

  /// The mesh with normals, and with tangents where a normal map needs them. Normals of length zero are
  /// replaced by the mean of the faces around.
  func completed(_ mesh: Mesh) -> Mesh {
    var mesh = mesh.attributes.normals.isEmpty ? mesh.withFlatNormals() : mesh.withoutZeroNormals()
    if let normal, mesh.attributes.tangents.isEmpty {
      mesh = mesh.withTangents(uvSet: uvSets[normal.channel])
    }
    return mesh
  }
}

extension Mesh {
  fileprivate func withoutZeroNormals() -> Mesh {
    guard attributes.normals.contains(.zero) else { return self }
    let smooth = withSmoothNormals().attributes.normals
    var streams = attributes
    for index in streams.normals.indices where streams.normals[index] == .zero {
      streams.normals[index] = smooth[index] == .zero ? [0, 1, 0] : smooth[index]
    }
    return (try? with(attributes: streams)) ?? self
  }
}
