import Geometry
import Imaging
import LinearMath
import Scenes

/// Writes OBJ with an MTL and the pictures beside it.
///
/// MTL has no metallic-roughness maps and no UV transforms that programs agree on, so those stay behind;
/// `losses` names what a scene would lose.
enum OBJWriter {
  /// The files by name; the first is the OBJ itself.
  static func write(_ scene: Scene, stem: String) -> [(name: String, bytes: [UInt8])] {
    let hasMaterials = !scene.materials.isEmpty
    var text = "# Maquette\n" + (hasMaterials ? "mtllib \(stem).mtl\n" : "")
    var (positions, uvs, normals) = (1, 1, 1)
    for (number, part) in scene.surfaces().enumerated() where !part.mesh.triangles.isEmpty {
      let streams = part.mesh.attributes
      text += "o part_\(number)\n"
      if let material = part.material { text += "usemtl \(name(of: material, in: scene))\n" }
      for (index, p) in part.mesh.positions.enumerated() {
        text += "v \(p.x) \(p.y) \(p.z)"
        if !streams.colors.isEmpty {
          let c = SRGB.encode(streams.colors[index])
          text += " \(c.x) \(c.y) \(c.z)"
        }
        text += "\n"
      }
      let uv = streams.uvs.first ?? []
      for t in uv { text += "vt \(t.x) \(1 - t.y)\n" }
      for n in streams.normals { text += "vn \(n.x) \(n.y) \(n.z)\n" }
      for triangle in part.mesh.triangles {
        text += "f"
        for corner in 0..<3 {
          let index = Int(triangle[corner])
          text += " \(positions + index)"
          if !uv.isEmpty || !streams.normals.isEmpty { text += "/" }
          if !uv.isEmpty { text += "\(uvs + index)" }
          if !streams.normals.isEmpty { text += "/\(normals + index)" }
        }
        text += "\n"
      }
      positions += part.mesh.positions.count
      uvs += uv.count
      normals += streams.normals.count
    }
    var files = [(name: stem + ".obj", bytes: Array(text.utf8))]
    if hasMaterials { files += materials(scene, stem: stem) }
    return files
  }

  /// What OBJ cannot carry of this scene, in words; nil where it carries everything.
  static func losses(_ scene: Scene) -> String? {
    let lost = scene.materials.contains {
      $0.metallicRoughnessTexture != nil || $0.occlusionTexture != nil
        || $0.slots.contains { !$0.transform.isIdentity }
    }
    return lost
      ? "OBJ carries base colour, normal and emissive maps; metallic-roughness and occlusion maps "
        + "and texture transforms are left behind" : nil
  }

  private static func name(of material: Int, in scene: Scene) -> String {
    // Whatever could end a word or a line is replaced.
    let name = scene.materials[material].name.map { character in
      character.isLetter || character.isNumber || "-_.".contains(character) ? character : "_"
    }
    return "\(material)_" + (name.isEmpty ? "material" : String(name))
  }

  private static func materials(_ scene: Scene, stem: String) -> [(name: String, bytes: [UInt8])] {
    var used: [Int] = []
    func map(_ key: String, _ slot: TextureSlot?) -> String {
      guard let slot, let image = scene.textures[slot.texture].image,
        scene.images[image].problem == nil
      else { return "" }
      if !used.contains(image) { used.append(image) }
      return "\(key) \(fileName(image, scene, stem))\n"
    }
    var text = "# Maquette\n"
    for (number, material) in scene.materials.enumerated() {
      let color = (0..<3).map { SRGB.encode(Double(material.baseColor[$0])) }
      let glow = material.emissive
      text += "newmtl \(name(of: number, in: scene))\n"
      text += "Kd \(color[0]) \(color[1]) \(color[2])\n"
      text += "Pr \(material.roughness)\nPm \(material.metallic)\nd \(material.baseColor.w)\n"
      if glow != .zero { text += "Ke \(glow.x) \(glow.y) \(glow.z)\n" }
      text += map("map_Kd", material.baseColorTexture)
      text += map("norm", material.normalTexture)
      text += map("map_Ke", material.emissiveTexture)
    }
    return [(stem + ".mtl", Array(text.utf8))]
      + used.map { (fileName($0, scene, stem), scene.images[$0].bytes) }
  }

  private static func fileName(_ image: Int, _ scene: Scene, _ stem: String) -> String {
    "\(stem)_\(image)." + (ImageFile.format(of: scene.images[image].bytes)?.fileExtension ?? "png")
  }
}
