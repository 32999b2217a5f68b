import Settings

extension ServiceCore {
  /// Where the paths of a dialect begin: at the root where it stands there, else under its prefix.
  func base(of dialect: String, prefix: String) -> String {
    let atRoot =
      settings.dialect == "all" || settings.dialect.split(separator: ",").contains { $0 == dialect }
    return atRoot ? publicURL : "\(publicURL)/\(prefix)"
  }

  /// A link to a file of a job that works without a key until the file expires, or for a week.
  func link(_ output: Job.Output, lifetime: Int?, of job: Job) -> String {
    let week = 7 * 86_400
    let seconds = lifetime.map { life in
      max(1, ((job.finished ?? Clock.now()) + life - Clock.now()) / 1000)
    }
    return "\(publicURL)/files/\(links.token(output, seconds: seconds ?? week))"
  }

  /// The same by its role; nil where the job has no such file.
  func link(_ role: String, _ outputs: [Job.Output], lifetime: Int?, of job: Job) -> String? {
    outputs.first { $0.role == role }.map { link($0, lifetime: lifetime, of: job) }
  }
}
