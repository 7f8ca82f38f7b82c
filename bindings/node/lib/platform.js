'use strict';

/** Which C library this Linux has: the process knows which glibc it runs on, if any. */
function libc() {
  const { report } = process;
  const excluded = report.excludeNetwork;
  report.excludeNetwork = true; // Else it asks for the names of all connections, which may take seconds.
  const { header } = report.getReport();
  report.excludeNetwork = excluded;
  return header.glibcVersionRuntime ? 'gnu' : 'musl';
}

/** The name of this platform, as in the names of files and packages. */
function platform() {
  const { platform, arch } = process;
  if (platform === 'linux') return `linux-${arch}-${libc()}`;
  return platform === 'win32' ? `win32-${arch}-msvc` : `${platform}-${arch}`;
}

module.exports = { platform };
