import Geometry
import LinearMath
import Scenes

/// One part of a scene as a USD mesh.
enum USDMesh {
  static func text(_ part: Scene.Shape.Part, _ number: Int, in scene: Scene) -> String {
    let (mesh, streams) = (part.mesh, part.mesh.attributes)
    let material = part.material.map { scene.materials[$0] }
    var out = "    def Mesh \"Part_\(number)\""
    if part.material != nil {
      out += " (\n        prepend apiSchemas = [\"MaterialBindingAPI\"]\n    )"
    }
    out += "\n    {\n"
    if let number = part.material {
      out += "        rel material:binding = </Model/Materials/Material_\(number)>\n"
    }
    if material?.isDoubleSided ?? true { out += "        uniform bool doubleSided = 1\n" }
    out += "        uniform token subdivisionScheme = \"none\"\n"
    let box = Box(mesh.positions)
    out += "        float3[] extent = [\(vector(box.minimum)), \(vector(box.maximum))]\n"
    out += "        int[] faceVertexCounts = [" + list(mesh.triangles) { _ in "3" } + "]\n"
    out +=
      "        int[] faceVertexIndices = ["
      + list(mesh.triangles) { "\($0[0]), \($0[1]), \($0[2])" } + "]\n"
    out += "        point3f[] points = [" + list(mesh.positions, vector) + "]\n"
    if !streams.normals.isEmpty {
      out += primvar("normal3f[] normals", list(streams.normals, vector))
    }
    if !streams.colors.isEmpty {
      let colors = list(streams.colors) { "(\($0.x), \($0.y), \($0.z))" }
      out += primvar("color3f[] primvars:displayColor", colors)
    }
    let ways = material.map { USDCoordinates.all(of: $0) } ?? []
    for (number, way) in ways.enumerated()
    where streams.uvs.indices.contains(way.uvSet) {
      // Pictures stand on their feet in USD: v counts from the bottom.
      let coordinates = list(streams.uvs[way.uvSet]) { uv in
        let moved = way.transform.isIdentity ? uv : way.transform.applied(to: uv)
        return "(\(moved.x), \(1 - moved.y))"
      }
      out += primvar("texCoord2f[] primvars:\(USDCoordinates.primvar(number))", coordinates)
    }
    return out + "    }\n\n"
  }

  private static func primvar(_ name: String, _ values: String) -> String {
    "        \(name) = [\(values)] (\n            interpolation = \"vertex\"\n        )\n"
  }

  private static func vector(_ v: SIMD3<Float>) -> String { "(\(v.x), \(v.y), \(v.z))" }

  private static func list<Element>(_ values: [Element], _ text: (Element) -> String) -> String {
    var out = ""
    for (index, value) in values.enumerated() {
      if index > 0 { out += ", " }
      out += text(value)
    }
    return out
  }
}
