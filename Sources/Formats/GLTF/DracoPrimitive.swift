import CDraco
import Settings

/// A primitive of KHR_draco_mesh_compression, decoded: what its accessors would hold.
struct DracoPrimitive {
  let indices: [UInt32]
  /// By the accessor of the attribute.
  let attributes: [Int: [Float]]

  /// Nil where the primitive is not compressed.
  init?(
    _ primitive: GLTFElement, _ accessors: GLTFAccessors
  ) throws(FormatError) {
    let document = accessors.document
    guard
      let element = try primitive.object("extensions")?.object("KHR_draco_mesh_compression")
    else { return nil }
    guard
      let view = try element.index(
        "bufferView", into: "bufferViews", size: document.size("bufferViews"))
    else { throw FormatError("missing-property", "\"bufferView\" is missing", at: element.path) }
    let bytes = try accessors.buffers.bytes(ofView: view)
    guard let mesh = unsafe Decoded(maquette_draco_decode(bytes, bytes.count)) else {
      throw FormatError(
        "bad-compression", "the compressed bytes are no Draco mesh", at: element.path)
    }
    var attributes: [Int: [Float]] = [:]
    let ids = try element.object("attributes")
    let names = try primitive.object("attributes")
    for (name, _) in ids?.value.object ?? [] {
      guard let ids, let id = try ids.count(name), let names,
        let accessor = try names.index(name, into: "accessors", size: document.size("accessors"))
      else { continue }
      let layout = try accessors.layout(accessor)
      guard layout.count == mesh.points else {
        throw FormatError(
          "unequal-count", "\(layout.count) entries are declared, \(mesh.points) are compressed",
          at: layout.path)
      }
      guard let values = mesh.floats(id, layout) else {
        throw FormatError(
          "bad-compression", "there is no attribute \(id) in the compressed bytes",
          at: "\(ids.path).\(name)")
      }
      attributes[accessor] = values
    }
    (indices, self.attributes) = (mesh.indices, attributes)
  }

  /// One of Draco's meshes.
  @safe private struct Decoded: ~Copyable {
    private let mesh: OpaquePointer

    init?(_ mesh: OpaquePointer?) {
      guard let mesh = unsafe mesh else { return nil }
      unsafe self.mesh = mesh
    }

    deinit { unsafe maquette_draco_free(mesh) }

    var points: Int { unsafe maquette_draco_points(mesh) }

    var indices: [UInt32] {
      let triangles = unsafe maquette_draco_triangles(mesh)
      var result = [UInt32](repeating: 0, count: 3 * triangles)
      unsafe maquette_draco_indices(mesh, &result)
      return result
    }

    func floats(_ attribute: Int, _ layout: GLTFAccessors.Layout) -> [Float]? {
      var values = [Float](repeating: 0, count: layout.components * points)
      let id = UInt32(truncatingIfNeeded: attribute)
      let isThere = unsafe maquette_draco_floats(
        mesh, id, Int32(layout.components), layout.isNormalized ? 1 : 0, &values)
      return isThere != 0 ? values : nil
    }
  }
}
