/* Counts the lines of a file that hold one of the literals of another, with Hyperscan in block mode.
 *
 *     hyperscan [-i] LITERALS FILE      -i: without ASCII case
 *
 * Blocks of 1 MiB end at line ends. A scan stops at its first match and starts again behind that line, so that each line counts once. */
#include <hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>

#define BLOCK (1u << 20)

static void fail(const char *what, const char *why) {
    fprintf(stderr, "hyperscan: %s: %s\n", what, why);
    exit(2);
}

static int first_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *end) {
    (void)id, (void)from, (void)flags;
    *(unsigned long long *)end = to;
    return 1;
}

static hs_database_t *compile(const char *path, unsigned flags) {
    FILE *file = fopen(path, "r");
    if (!file) fail(path, "cannot be read");
    size_t count = 0, room = 1024, size = 0;
    char **literals = malloc(room * sizeof *literals);
    size_t *lengths = malloc(room * sizeof *lengths);
    char *line = NULL;
    ssize_t length;
    if (!literals || !lengths) fail(path, "out of memory");
    while ((length = getline(&line, &size, file)) > 0) {
        if (line[length - 1] == '\n') line[--length] = 0;
        if (!length) continue;
        if (count == room) {
            room *= 2;
            literals = realloc(literals, room * sizeof *literals);
            lengths = realloc(lengths, room * sizeof *lengths);
            if (!literals || !lengths) fail(path, "out of memory");
        }
        literals[count] = strdup(line);
        lengths[count++] = (size_t)length;
    }
    fclose(file);
    unsigned *every = malloc(count * sizeof *every), *ids = malloc(count * sizeof *ids);
    if (!count || !every || !ids) fail(path, "holds no literal");
    for (size_t i = 0; i < count; i++) every[i] = flags, ids[i] = (unsigned)i;
    hs_database_t *database;
    hs_compile_error_t *error;
    if (hs_compile_lit_multi((const char *const *)literals, every, ids, lengths, (unsigned)count, HS_MODE_BLOCK, NULL,
                             &database, &error) != HS_SUCCESS)
        fail(path, error->message);
    return database;
}

int main(int argc, char **argv) {
    unsigned flags = HS_FLAG_SINGLEMATCH;
    if (argc == 4 && !strcmp(argv[1], "-i")) flags |= HS_FLAG_CASELESS, argv++, argc--;
    if (argc != 3) fail("usage", "hyperscan [-i] LITERALS FILE");
    hs_database_t *database = compile(argv[1], flags);
    hs_scratch_t *scratch = NULL;
    if (hs_alloc_scratch(database, &scratch) != HS_SUCCESS) fail(argv[1], "no room to scan");
    int file = open(argv[2], O_RDONLY);
    if (file < 0) fail(argv[2], "cannot be read");
    size_t room = BLOCK, held = 0;
    char *block = malloc(room);
    unsigned long long lines = 0;
    for (int more = 1; more;) {
        if (held == room && !(block = realloc(block, room *= 2))) fail(argv[2], "a line is too long");
        ssize_t got = read(file, block + held, room - held);
        if (got < 0) fail(argv[2], "cannot be read");
        more = got > 0;
        held += (size_t)got;
        if (more && held < room) continue;
        size_t whole = held;
        if (more) {
            char *end = memrchr(block, '\n', held);
            if (!end) continue;
            whole = (size_t)(end - block) + 1;
        }
        for (size_t at = 0; at < whole;) {
            unsigned long long to = 0;
            hs_error_t status = hs_scan(database, block + at, (unsigned)(whole - at), 0, scratch, first_match, &to);
            if (status == HS_SUCCESS) break;
            if (status != HS_SCAN_TERMINATED) fail(argv[2], "the scan failed");
            lines++;
            char *end = memchr(block + at + to, '\n', whole - at - to);
            at = end ? (size_t)(end - block) + 1 : whole;
        }
        memmove(block, block + whole, held - whole);
        held -= whole;
    }
    printf("%llu\n", lines);
    return 0;
}
